#include "infer/model_info.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string_view>

#include "infer/problems.h"

namespace quad::infer {
namespace {

constexpr char kHeader[] = "modelinfo";  // the section that is no tensor
constexpr std::string_view kPlaceholder = "PLACEHOLDER";

struct TypeName {
  std::string_view name;
  ElementType type;
};
constexpr std::array kTypes{
    TypeName{"float32", ElementType::float32}, TypeName{"float16", ElementType::float16},
    TypeName{"uint8", ElementType::uint8},     TypeName{"int8", ElementType::int8},
    TypeName{"int32", ElementType::int32},     TypeName{"int64", ElementType::int64},
    TypeName{"int4", ElementType::other},      TypeName{"int16", ElementType::other},
    TypeName{"uint4", ElementType::other},     TypeName{"uint16", ElementType::other},
    TypeName{"uint32", ElementType::other},    TypeName{"uint64", ElementType::other},
    TypeName{"float64", ElementType::other},   TypeName{"bfloat16", ElementType::other},
};

const TypeName *type_of (const std::string &name)
{
  const auto found = std::find_if (kTypes.begin (), kTypes.end (),
                                   [&] (const TypeName &row) { return row.name == name; });
  return found == kTypes.end () ? nullptr : &*found;
}

struct Free {
  void operator() (GKeyFile *file) const { g_key_file_free (file); }
  void operator() (GError *error) const { g_error_free (error); }
  void operator() (void *memory) const { g_free (memory); }
  void operator() (char **list) const { g_strfreev (list); }
};
template <typename T>
using Kept = std::unique_ptr<T, Free>;

// A finite number and nothing else, with spaces around it.
std::optional<double> number_of (std::string_view text)
{
  const std::string kept (text);
  char *end = nullptr;
  const double value = g_ascii_strtod (kept.c_str (), &end);
  if (end == kept.c_str () || !std::isfinite (value)) return {};
  while (g_ascii_isspace (*end)) end++;
  if (*end != '\0') return {};
  return value;
}

// "min,max"
std::optional<Range> range_of (std::string_view text)
{
  const std::size_t comma = text.find (',');
  if (comma == std::string_view::npos) return {};
  const auto min = number_of (text.substr (0, comma)), max = number_of (text.substr (comma + 1));
  if (!min || !max) return {};
  return Range{*min, *max};
}

// Reads one file. The functions return what is wrong, as the end of a sentence that begins with
// the file; empty if nothing is.
class Reader {
 public:
  explicit Reader (const std::string &path) : file_ (g_key_file_new ()), path_ (path)
  {
    g_key_file_set_list_separator (file_.get (), ',');
  }

  std::string read (ModelInfo &to) const
  {
    GError *error = nullptr;
    if (!g_key_file_load_from_file (file_.get (), path_.c_str (), G_KEY_FILE_NONE, &error))
      return " cannot be read: " + text_of (error);
    if (std::string why = check_version (); !why.empty ()) return why;
    to.file = path_;
    to.group_id = meaning (kHeader, "group-id");
    const Kept<char *> groups (g_key_file_get_groups (file_.get (), nullptr));
    for (char **group = groups.get (); *group; group++) {
      if (std::string_view (*group) == kHeader) continue;
      TensorSection &section = to.tensors.emplace_back ();
      section.name = *group;
      if (const std::string why = read_section (section); !why.empty ())
        return ", section [" + section.name + "]: " + why;
    }
    return {};
  }

 private:
  static std::string text_of (GError *error)
  {
    const Kept<GError> kept (error);
    return error ? error->message : "no reason given";
  }

  std::optional<std::string> value (const char *group, const char *key) const
  {
    const Kept<char> text (g_key_file_get_string (file_.get (), group, key, nullptr));
    if (!text) return {};
    return text.get ();
  }

  // A name that others may know. What a tool has left to be filled in is none.
  std::string meaning (const char *group, const char *key) const
  {
    std::string text = value (group, key).value_or ("");
    return text.starts_with (kPlaceholder) ? "" : text;
  }

  // Versions 1.x can be read.
  std::string check_version () const
  {
    if (!g_key_file_has_group (file_.get (), kHeader))
      return " has no section [modelinfo]: make it again with GStreamer's modelinfo-generator.py.";
    const auto version = value (kHeader, "version");
    if (!version) return ", section [modelinfo]: there is no version.";
    const std::size_t dot = version->find ('.');
    const bool is_number = dot != std::string::npos && dot > 0 && dot + 1 < version->size () &&
                           version->find_first_not_of ("0123456789", dot + 1) == std::string::npos;
    if (!is_number || version->find_first_not_of ("0123456789") != dot)
      return ", section [modelinfo]: the version is " + *version + ", and not such as 1.0.";
    if (std::atoi (version->c_str ()) != 1)
      return ", section [modelinfo]: the version is " + *version + ", but only 1.0 is known.";
    return {};
  }

  std::string read_section (TensorSection &to) const
  {
    const char *name = to.name.c_str ();
    to.type = value (name, "type").value_or ("");
    if (!type_of (to.type)) return "the type is '" + to.type + "', which is none of GStreamer's.";
    if (const auto direction = value (name, "dir")) {
      if (*direction != "input" && *direction != "output")
        return "dir is '" + *direction + "', and neither input nor output.";
      to.direction = *direction == "input" ? Direction::input : Direction::output;
    }
    const std::string order = value (name, "dims-order").value_or ("row-major");
    if (order != "row-major" && order != "col-major")
      return "dims-order is '" + order + "', and neither row-major nor col-major.";
    to.column_major = order == "col-major";
    to.id = meaning (name, "id");
    if (std::string why = read_dims (to); !why.empty ()) return why;
    return read_ranges (to);
  }

  std::string read_dims (TensorSection &to) const
  {
    const char *name = to.name.c_str ();
    if (!g_key_file_has_key (file_.get (), name, "dims", nullptr)) return {};
    GError *error = nullptr;
    gsize count = 0;
    const Kept<int> sizes (
        g_key_file_get_integer_list (file_.get (), name, "dims", &count, &error));
    if (error) return as_sentence ("dims cannot be read: " + text_of (error));
    std::vector<std::int64_t> &dims = to.dims.emplace ();
    for (gsize i = 0; i < count; i++) dims.push_back (std::max (sizes.get ()[i], -1));
    return {};
  }

  std::string read_ranges (TensorSection &to) const
  {
    const auto text = value (to.name.c_str (), "ranges");
    if (!text) return {};
    if (text->starts_with (kPlaceholder))
      return "ranges are not filled in: write what the model was trained with, such as 0.0,1.0.";
    for (std::size_t at = 0; at <= text->size ();) {
      const std::size_t end = std::min (text->find (';', at), text->size ());
      const auto range = range_of (std::string_view (*text).substr (at, end - at));
      if (!range) return "ranges are '" + *text + "', and not such as 0.0,1.0;0.0,1.0;0.0,1.0.";
      to.ranges.push_back (*range);
      at = end + 1;
    }
    return {};
  }

  Kept<GKeyFile> file_;
  const std::string &path_;
};

bool goes (const TensorSection &section, Direction direction)
{
  return !section.direction || *section.direction == direction;
}

bool fits (const TensorSection &section, Direction direction, const TensorInfo &tensor)
{
  const TypeName *type = type_of (section.type);
  if (!goes (section, direction) || !type || type->type != tensor.type) return false;
  if (!section.dims) return true;
  const std::vector<std::int64_t> &dims = *section.dims;
  if (dims.size () != tensor.shape.size ()) return false;
  // The file may give a size that the model leaves open.
  for (std::size_t i = 0; i < dims.size (); i++)
    if (dims[i] >= 0 && tensor.shape[i] >= 0 && dims[i] != tensor.shape[i]) return false;
  return true;
}

// The first path that is there; else empty.
std::string file_of (const std::string &model_file)
{
  namespace fs = std::filesystem;
  const fs::path model (model_file);
  std::error_code none;
  for (const fs::path &path :
       {fs::path (model_file + ".modelinfo"), fs::path (model).replace_extension (".modelinfo")})
    if (fs::exists (path, none)) return path.string ();
  return {};
}

}  // namespace

const TensorSection *ModelInfo::find (Direction direction, std::size_t index,
                                      const TensorInfo &tensor) const
{
  for (const TensorSection &section : tensors)
    if (section.name == tensor.name && fits (section, direction, tensor)) return &section;
  std::size_t at = 0;
  for (const TensorSection &section : tensors) {
    if (!goes (section, direction) || at++ != index) continue;
    if (fits (section, direction, tensor)) return &section;
  }
  for (const TensorSection &section : tensors)
    if (section.dims && fits (section, direction, tensor)) return &section;
  return nullptr;
}

std::optional<ModelInfo> read_model_info (const std::string &model_file, std::string &problem)
{
  problem.clear ();
  const std::string path = file_of (model_file);
  if (path.empty ()) return {};
  ModelInfo info;
  const std::string why = Reader (path).read (info);
  if (why.empty ()) return info;
  problem = as_sentence (path + why);
  return {};
}

}  // namespace quad::infer
