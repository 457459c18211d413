#include "tensor/decoder_choice.h"

#include <cstdlib>
#include <string>

#include "tensor/guard.h"

// The signal's type is the deprecated GValueArray; there is no newer one.
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

namespace quad::tensor {
namespace {

enum class Rank { parser, first, as_is, never };

// Decoders of the first device are named nvh264dec, of others nvh264device1dec.
Rank rank_of (GstElementFactory *factory, int device)
{
  const auto is = [factory] (GstElementFactoryListType type) {
    return gst_element_factory_list_is_type (factory, type) != FALSE;
  };
  // As in decodebin, parsers come before decoders: they find what the container does not tell.
  if (is (GST_ELEMENT_FACTORY_TYPE_PARSER)) return Rank::parser;
  const char *plugin = gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE (factory));
  // Decoders of other hardware choose their own memory before the filters are linked.
  if (g_strcmp0 (plugin, "nvcodec") != 0)
    return is (GST_ELEMENT_FACTORY_TYPE_HARDWARE) ? Rank::never : Rank::as_is;
  const std::string name = GST_OBJECT_NAME (factory);
  const auto at = name.find ("device");
  const int of = at == std::string::npos ? 0 : std::atoi (name.c_str () + at + 6);
  return of == device ? Rank::first : Rank::never;
}

GValueArray *sort (GstElement *, GstPad *, GstCaps *, GValueArray *factories, gpointer device)
{
  GValueArray *sorted = g_value_array_new (factories->n_values);
  contain ([&] {
    for (const Rank turn : {Rank::parser, Rank::first, Rank::as_is})
      for (guint i = 0; i < factories->n_values; i++) {
        const GValue *value = g_value_array_get_nth (factories, i);
        auto *factory = GST_ELEMENT_FACTORY (g_value_get_object (value));
        if (rank_of (factory, GPOINTER_TO_INT (device)) == turn)
          g_value_array_append (sorted, value);
      }
  });
  return sorted;
}

// decodebin skips decoders whose template does not promise raw video. The template of the VP8 and
// VP9 decoders with alpha is ANY, so autoplugging must go on there. No pad of a file has caps of
// ANY.
gboolean go_on (GstElement *, GstPad *, GstCaps *caps, gpointer) { return !gst_caps_is_any (caps); }

// What decoders call the number of their threads.
constexpr const char *kThreads[] = {"max-threads", "threads", "n-threads"};

void set_threads (GstBin *, GstBin *, GstElement *element, gpointer threads)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  if (!factory || !gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER))
    return;
  for (const char *name : kThreads)
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), name))
      g_object_set (element, name, GPOINTER_TO_INT (threads), nullptr);
}

}  // namespace

void limit_threads (GstElement *pipeline, guint threads)
{
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (set_threads),
                    GUINT_TO_POINTER (threads));
}

void choose_decoders (GstElement *uridecodebin, int device)
{
  g_signal_connect (uridecodebin, "autoplug-sort", G_CALLBACK (sort), GINT_TO_POINTER (device));
  g_signal_connect (uridecodebin, "autoplug-continue", G_CALLBACK (go_on), nullptr);
}

}  // namespace quad::tensor

G_GNUC_END_IGNORE_DEPRECATIONS
