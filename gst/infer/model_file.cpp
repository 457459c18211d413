#include "infer/model_file.h"

#include <glib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

namespace quad::infer {
namespace {

// How ONNX begins the reference to another file: the key "location" of TensorProto.external_data,
// as Protobuf writes it (field 1, 8 bytes).
constexpr std::string_view kReference{"\x0a\x08location", 10};

Problem unreadable (const std::string &path, const std::string &why)
{
  return {Problem::Kind::no_model, "The model " + path + " cannot be read: " + why + "."};
}

}  // namespace

Problem check_model_file (const std::string &path)
{
  if (path.empty ()) return {Problem::Kind::no_model, "No model is set."};
  std::error_code none;
  if (std::filesystem::is_directory (path, none)) return unreadable (path, "it is a folder");
  const std::unique_ptr<std::FILE, int (*) (std::FILE *)> file (std::fopen (path.c_str (), "rb"),
                                                                std::fclose);
  if (!file) return unreadable (path, std::strerror (errno));
  if (std::fgetc (file.get ()) == EOF) return unreadable (path, "it is empty");
  return {};
}

Content read_content (const std::string &path)
{
  const std::unique_ptr<GMappedFile, void (*) (GMappedFile *)> file (
      g_mapped_file_new (path.c_str (), FALSE, nullptr), g_mapped_file_unref);
  if (!file) return {};
  const char *data = g_mapped_file_get_contents (file.get ());
  const std::string_view bytes (data ? data : "", g_mapped_file_get_length (file.get ()));
  const std::unique_ptr<char, void (*) (void *)> hash (
      g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                   reinterpret_cast<const guchar *> (bytes.data ()), bytes.size ()),
      g_free);
  return {hash.get (), bytes.find (kReference) != std::string_view::npos};
}

}  // namespace quad::infer
