// Files that stay, also where the power fails.
#pragma once

#include <sys/types.h>

#include <string>

namespace quad {

// Writes to the disk what is in a file or folder. Some file systems cannot: that is let pass.
// False, with errno, where it fails.
bool sync_to_disk (int descriptor);
bool sync_to_disk (const std::string &path);
// The same of a folder and all below it, or of a file; of many files by way of their file system.
bool sync_tree_to_disk (const std::string &path);
// Renames a file or folder that is on the disk, so that its new name is there, too. `to` may be an
// older file, whose rights the new one gets; a device or pipe is left alone. False, with errno,
// where it fails.
bool rename_on_disk (const std::string &from, const std::string &to);
// The same where many get names in one folder, which is to be brought to the disk after that.
bool rename_over (const std::string &from, const std::string &to);
// Gives a new file the rights of `old`, if that is a file, and those of `more`. False, with errno,
// where it fails.
bool take_rights (const std::string &made, const std::string &old, mode_t more = 0);

// What a symbolic link of this user or of root leads to, be it there or not; other paths as they
// are. Who replaces a file keeps the links to it so.
std::string behind_links (const std::string &path);

// Whether errno says that the disk is full, a quota is used up, or the disk cannot be written to.
bool is_storage_fault (int error);
// Why no more can be written in a folder, as "No space left on device"; empty: some megabytes can.
// Takes that much for a moment.
std::string storage_fault (const std::string &folder);

// "./" or all up to the last slash.
std::string folder_of (const std::string &path);

}  // namespace quad
