// What gst-inspect-1.0 shows of the plugin and its elements.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "support/gst_helpers.h"

namespace quad::test {
namespace {

std::vector<std::string> elements ()
{
  std::vector<std::string> names;
  GList *features = gst_registry_get_feature_list_by_plugin (gst_registry_get (), "quad");
  for (const GList *f = features; f; f = f->next)
    if (GST_IS_ELEMENT_FACTORY (f->data)) names.push_back (GST_OBJECT_NAME (f->data));
  gst_plugin_feature_list_free (features);
  EXPECT_GE (names.size (), 4u);
  return names;
}

TEST (About, ThePluginNamesItsElementsAndItsDocuments)
{
  GstPlugin *plugin = gst_registry_find_plugin (gst_registry_get (), "quad");
  ASSERT_TRUE (plugin);
  const std::string description = gst_plugin_get_description (plugin);
  for (const std::string &name : elements ())
    EXPECT_NE (description.find (name), std::string::npos) << description;
  EXPECT_EQ (std::strncmp (gst_plugin_get_origin (plugin), "file:///", 8), 0);
  gst_object_unref (plugin);
}

TEST (About, ElementsHaveOneAuthorAndAPageEach)
{
  for (const std::string &name : elements ()) {
    GstElementFactory *factory = gst_element_factory_find (name.c_str ());
    ASSERT_TRUE (factory) << name;
    const auto says = [factory] (const char *key) {
      const char *text = gst_element_factory_get_metadata (factory, key);
      return std::string{text ? text : ""};
    };
    EXPECT_EQ (says (GST_ELEMENT_METADATA_AUTHOR), "The gst-quad developers") << name;
    EXPECT_TRUE (says (GST_ELEMENT_METADATA_DOC_URI).ends_with ("/" + name + ".md"))
        << says (GST_ELEMENT_METADATA_DOC_URI);
    gst_object_unref (factory);
  }
}

// Descriptions say that times are nanoseconds and sizes pixels.
TEST (About, BlurbsHaveUnits)
{
  for (const std::string &name : elements ()) {
    const Owned<GstElement> element{
        GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make (name.c_str (), nullptr)))};
    guint count;
    GParamSpec **specs =
        g_object_class_list_properties (G_OBJECT_GET_CLASS (element.get ()), &count);
    for (guint i = 0; i < count; i++) {
      if (specs[i]->owner_type != G_OBJECT_TYPE (element.get ())) continue;
      const std::string property = specs[i]->name, blurb = g_param_spec_get_blurb (specs[i]);
      EXPECT_GT (blurb.size (), 10u) << name << " " << property;
      const auto is_one_of = [&] (std::initializer_list<const char *> names) {
        return std::find (names.begin (), names.end (), property) != names.end ();
      };
      if (is_one_of (
              {"start-time", "stop-time", "tolerance-before", "tolerance-after", "timestamps"})) {
        EXPECT_NE (blurb.find ("nanoseconds"), std::string::npos) << name << " " << property;
      }
      if (is_one_of ({"gap", "margin", "border-width", "max-width", "max-height"})) {
        EXPECT_NE (blurb.find ("pixels"), std::string::npos) << name << " " << property;
      }
    }
    g_free (specs);
  }
}

}  // namespace
}  // namespace quad::test
