#include "glue/caps_fields.h"

namespace quad {

std::vector<std::string> strings_in (const GstStructure *s, const char *field)
{
  std::vector<std::string> all;
  const GValue *v = gst_structure_get_value (s, field);
  if (v && G_VALUE_HOLDS_STRING (v)) all.push_back (g_value_get_string (v));
  if (v && GST_VALUE_HOLDS_LIST (v))
    for (guint k = 0; k < gst_value_list_get_size (v); k++)
      if (const GValue *one = gst_value_list_get_value (v, k); G_VALUE_HOLDS_STRING (one))
        all.push_back (g_value_get_string (one));
  return all;
}

void set_strings (GstStructure *s, const char *field, std::span<const std::string> strings)
{
  if (strings.size () == 1) {
    gst_structure_set (s, field, G_TYPE_STRING, strings[0].c_str (), nullptr);
    return;
  }
  GValue list = G_VALUE_INIT;
  g_value_init (&list, GST_TYPE_LIST);
  for (const std::string &one : strings) {
    GValue v = G_VALUE_INIT;
    g_value_init (&v, G_TYPE_STRING);
    g_value_set_string (&v, one.c_str ());
    gst_value_list_append_and_take_value (&list, &v);
  }
  gst_structure_take_value (s, field, &list);
}

}  // namespace quad
