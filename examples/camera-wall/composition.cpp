#include "composition.h"

#include <algorithm>
#include <numeric>

#include "uri.h"

namespace wall {
namespace {

constexpr guint kTick = 100;  // milliseconds

// force-live: the wall is there before any camera is, and when all have gone. The sink at the end
// keeps the last picture for snapshots.
std::string line_of (const Config &config)
{
  return "quadmux-grid name=grid force-live=true gap=4 background-color=0xff101418 "
         "! video/x-raw,format=I420,width=" +
         std::to_string (config.width) + ",height=" + std::to_string (config.height) +
         ",framerate=" + std::to_string (config.framerate) +
         "/1 ! tee name=tee allow-not-linked=true "
         "! queue max-size-buffers=2 leaky=downstream ! fakesink name=last sync=false async=false";
}

// Cameras with Motion JPEG are decoded no larger than they are shown.
void prefer_reduced_jpeg ()
{
  if (GstElementFactory *factory = gst_element_factory_find ("quadjpegdec")) {
    gst_plugin_feature_set_rank (GST_PLUGIN_FEATURE (factory), GST_RANK_PRIMARY + 1);
    gst_object_unref (factory);
  }
}

std::string error_text (GstMessage *message)
{
  GError *error = nullptr;
  gst_message_parse_error (message, &error, nullptr);
  return redact (Owned<GError> (error)->message);
}

}  // namespace

Composition::Composition (const Config &config, std::function<void (const std::string &)> on_fault)
    : config_ (config), on_fault_ (std::move (on_fault)), layout_ (config.layout)
{
}

Composition::~Composition ()
{
  if (timer_) g_source_remove (timer_);
  if (watch_) g_source_remove (watch_);
  inputs_.clear ();
  if (pipeline_) gst_element_set_state (GST_ELEMENT (pipeline_.get ()), GST_STATE_NULL);
}

bool Composition::start (std::string &why)
{
  prefer_reduced_jpeg ();
  GError *error = nullptr;
  GstElement *made = gst_parse_launch (line_of (config_).c_str (), &error);
  if (made) pipeline_.reset (GST_PIPELINE (gst_object_ref_sink (made)));
  if (error) {
    why = Owned<GError> (error)->message;
    return false;
  }
  GstBin *bin = GST_BIN (made);
  tee_.reset (gst_bin_get_by_name (bin, "tee"));
  last_.reset (gst_bin_get_by_name (bin, "last"));
  const Owned<GstElement> grid (gst_bin_get_by_name (bin, "grid"));
  control_ = std::make_unique<GridControl> (grid.get ());

  const Owned<GstPad> entry (gst_element_get_static_pad (tee_.get (), "sink"));
  const auto count = [] (GstPad *, GstPadProbeInfo *, gpointer pictures) {
    ++*static_cast<std::atomic<guint64> *> (pictures);
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe (entry.get (), GST_PAD_PROBE_TYPE_BUFFER, count, &pictures_, nullptr);

  const Owned<GstBus> bus (gst_element_get_bus (made));
  const auto on_message = [] (GstBus *, GstMessage *message, gpointer self) -> gboolean {
    static_cast<Composition *> (self)->handle (message);
    return G_SOURCE_CONTINUE;
  };
  watch_ = gst_bus_add_watch (bus.get (), on_message, this);
  make_inputs ();
  if (gst_element_set_state (made, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    why = "the grid does not start";
    return false;
  }
  for (auto &input : inputs_) input->connect ();
  const auto on_time = [] (gpointer self) -> gboolean {
    for (auto &input : static_cast<Composition *> (self)->inputs_) input->tick ();
    return G_SOURCE_CONTINUE;
  };
  timer_ = g_timeout_add (kTick, on_time, this);
  return true;
}

void Composition::make_inputs ()
{
  for (const InputConfig &each : config_.inputs)
    inputs_.push_back (std::make_unique<Input> (
        GST_BIN (pipeline_.get ()), control_->request_pad (redact (each.name)), each, config_));
  order_.resize (inputs_.size ());
  std::iota (order_.begin (), order_.end (), std::size_t{0});
  arrange ();
}

// ---- what is shown where

Layout Composition::current_layout () const
{
  return make_layout (spotlight_ ? "spotlight" : layout_, static_cast<int> (size ()));
}

// The one in the spotlight has the first place, which is the large one; the others keep their
// order.
std::vector<std::size_t> Composition::shown_order () const
{
  std::vector<std::size_t> order = order_;
  if (spotlight_) {
    const auto at = std::find (order.begin (), order.end (), *spotlight_);
    std::rotate (order.begin (), at, at + 1);
  }
  return order;
}

void Composition::arrange ()
{
  std::vector<GstPad *> pads;
  for (const std::size_t i : shown_order ()) pads.push_back (inputs_[i]->pad ());
  control_->arrange (current_layout (), pads);
}

Area Composition::area (std::size_t i) const
{
  const std::vector<std::size_t> order = shown_order ();
  const auto place = std::find (order.begin (), order.end (), i) - order.begin ();
  const Layout layout = current_layout ();
  return area_of (layout, layout.places[static_cast<std::size_t> (place)]);
}

void Composition::set_layout (const std::string &name)
{
  layout_ = name;
  spotlight_.reset ();
  arrange ();
}

void Composition::set_spotlight (std::optional<std::size_t> i)
{
  spotlight_ = i;
  arrange ();
}

void Composition::swap (std::size_t a, std::size_t b)
{
  std::iter_swap (std::find (order_.begin (), order_.end (), a),
                  std::find (order_.begin (), order_.end (), b));
  // Also out of the spotlight and into it.
  if (spotlight_ == a)
    spotlight_ = b;
  else if (spotlight_ == b)
    spotlight_ = a;
  arrange ();
}

Owned<GstSample> Composition::picture () const
{
  GstSample *sample = nullptr;
  g_object_get (last_.get (), "last-sample", &sample, nullptr);
  return Owned<GstSample> (sample);
}

// ---- messages

void Composition::handle (GstMessage *message)
{
  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_LATENCY: gst_bin_recalculate_latency (GST_BIN (pipeline_.get ())); return;
    case GST_MESSAGE_ELEMENT: handle_element (message); return;
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_WARNING:
    case GST_MESSAGE_APPLICATION: break;
    default: return;
  }
  for (auto &input : inputs_)
    if (input->handle (message)) return;
  // A bin that was taken out may have had more to say.
  const bool ours =
      gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (pipeline_.get ()));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR && ours) on_fault_ (error_text (message));
}

void Composition::handle_element (GstMessage *message)
{
  const GstStructure *told = gst_message_get_structure (message);
  if (!told || !gst_structure_has_name (told, "cell-state")) return;
  GstPad *pad = nullptr;
  if (!gst_structure_get (told, "pad", GST_TYPE_PAD, &pad, nullptr)) return;
  const Owned<GstPad> owned (pad);
  for (auto &input : inputs_)
    if (input->pad () == pad)
      g_message ("%s is %s", input->status ().name.c_str (), GridControl::state_of (pad).c_str ());
}

}  // namespace wall
