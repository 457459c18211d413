// Files that are whole or not there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace quad::batch {

using Path = std::filesystem::path;

// The bytes of a file; nothing where there is none. Throws a Problem where it cannot be read.
std::optional<std::string> read_file (const Path &path);

// Writes the bytes to `temporary`, syncs them to the disk and renames the file to `path`, which is
// then the old one or the new one after a crash, too. Both must lie in one file system.
void write_file (const Path &path, const std::string &bytes, const Path &temporary);

// With a temporary name beside `path`, which ends in kPart, for files that one process alone
// writes.
inline constexpr char kPart[] = ".part";
void write_file (const Path &path, const std::string &bytes);

// Makes a folder and those above it, so that they are there after a crash, too.
void make_folders (const Path &path);

// Writes to the disk what is in a file, or in a folder and all below it.
void sync_tree (const Path &path);
// Writes to the disk which names a folder has.
void sync_folder (const Path &path);

// Removes a file, or a folder with all that is in it. That others remove it at the same time is no
// error.
void remove_tree (const Path &path);

struct FileFacts {
  std::int64_t size = 0;      // bytes
  std::int64_t modified = 0;  // ns since 1970
  bool is_folder = false;
};

// Nothing where there is no such file.
std::optional<FileFacts> facts_of (const Path &path);

// `text` as the name of a file: what cannot stand in a name, and %, becomes %XX. What is too long
// is cut and gets a hash of the whole. Different texts give different names.
std::string escaped_name (const std::string &text);

std::string sha256_of (const std::string &bytes);
// Reads the whole file. Nothing where it cannot be read, or was asked to stop.
std::optional<std::string> sha256_of_file (const Path &path, const std::stop_token &stop = {});

}  // namespace quad::batch
