#include "tensor/stream_choice.h"

#include <algorithm>

#include "tensor/guard.h"
#include "tensor/messages.h"

namespace quad::tensor {
namespace {

Owned<GstPad> ref (GstPad *pad) { return Owned<GstPad>{GST_PAD (gst_object_ref (pad))}; }

std::string stream_id (const Owned<GstPad> &pad)
{
  const Owned<char> id{gst_pad_get_stream_id (pad.get ())};
  return id ? id.get () : "";
}

bool is_decodebin (GstBin *bin)
{
  GstElementFactory *factory = gst_element_get_factory (GST_ELEMENT (bin));
  return factory && g_strcmp0 (GST_OBJECT_NAME (factory), "decodebin") == 0;
}

}  // namespace

bool is_kind (GstPad *pad, const char *kind)
{
  const Owned<GstCaps> caps{gst_pad_query_caps (pad, nullptr)};
  if (gst_caps_is_empty (caps.get ()) || gst_caps_is_any (caps.get ())) return false;
  return g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps.get (), 0)), kind);
}

void StreamChoice::choose (GstElement *uridecodebin, guint number, Take take, gpointer user_data)
{
  wanted_ = number;
  take_ = take;
  user_data_ = user_data;
  g_signal_connect (uridecodebin, "deep-element-added", G_CALLBACK (meet_element), this);
  g_signal_connect (uridecodebin, "pad-added", G_CALLBACK (meet_pad), this);
  g_signal_connect (uridecodebin, "no-more-pads", G_CALLBACK (end_pads), this);
}

// Sources have demuxers of their own, as for RTP: their streams come one by one.
void StreamChoice::meet_element (GstBin *, GstBin *parent, GstElement *element, gpointer data)
{
  contain ([&] {
    GstElementFactory *factory = gst_element_get_factory (element);
    if (!factory || !is_decodebin (parent) ||
        !gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER))
      return;
    auto *self = static_cast<StreamChoice *> (data);
    const std::lock_guard lock (self->mutex_);
    self->demuxes_ = true;
    g_signal_connect (element, "pad-added", G_CALLBACK (meet_stream), self);
  });
}

void StreamChoice::meet_stream (GstElement *, GstPad *pad, gpointer data)
{
  contain ([&] {
    auto *self = static_cast<StreamChoice *> (data);
    const std::lock_guard lock (self->mutex_);
    if (!self->decided_) self->streams_.push_back (ref (pad));
  });
}

// A demuxer's streams all come before the first data of one; they are sorted when all are there.
void StreamChoice::meet_pad (GstElement *, GstPad *pad, gpointer data)
{
  contain ([&] {
    if (!is_kind (pad, "video/") && !is_kind (pad, "image/")) return;
    auto *self = static_cast<StreamChoice *> (data);
    {
      const std::lock_guard lock (self->mutex_);
      if (self->decided_) return;
      self->met_++;
      if (self->demuxes_) self->pads_.push_back (ref (pad));
      if (self->demuxes_ || self->met_ != self->wanted_ + 1) return;
      self->decided_ = true;
    }
    self->found_ = true;
    self->take_ (pad, self->user_data_);
  });
}

void StreamChoice::sort ()
{
  std::vector<std::string> order;
  for (const auto &stream : streams_) order.push_back (stream_id (stream));
  const auto place = [&] (const Owned<GstPad> &pad) {
    return std::find (order.begin (), order.end (), stream_id (pad)) - order.begin ();
  };
  std::stable_sort (pads_.begin (), pads_.end (),
                    [&] (const auto &a, const auto &b) { return place (a) < place (b); });
}

std::string StreamChoice::missing () const
{
  if (met_ == 0) return kNoVideo;
  return "There is no video stream " + std::to_string (wanted_) + ": the file has " +
         std::to_string (met_) + ", which count from 0.";
}

void StreamChoice::end_pads (GstElement *decoder, gpointer data)
{
  contain ([&] {
    auto *self = static_cast<StreamChoice *> (data);
    Owned<GstPad> chosen;
    std::string missing;
    {
      const std::lock_guard lock (self->mutex_);
      if (self->decided_) return;
      self->decided_ = true;
      self->sort ();
      if (self->wanted_ < self->pads_.size ())
        chosen = std::move (self->pads_[self->wanted_]);
      else
        missing = self->missing ();
      self->streams_.clear ();
      self->pads_.clear ();
    }
    if (!chosen) {
      GST_ELEMENT_ERROR (decoder, STREAM, WRONG_TYPE, ("%s", missing.c_str ()), (nullptr));
      return;
    }
    self->found_ = true;
    self->take_ (chosen.get (), self->user_data_);
  });
}

}  // namespace quad::tensor
