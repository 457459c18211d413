// At which size quadmux-grid shows a picture: its answers to decoders, and its messages.
#include <gst/video/video.h>

#include <functional>
#include <map>
#include <mutex>
#include <ostream>

#include "elements/grid/pipeline.h"
#include "glue/target.h"

using namespace quad::test;
using quad::FullPicture;
using quad::Orientation;
using quad::Owned;
using quad::Size;

namespace {

const FullPicture kPhoto = {.size = {4000, 3000}};

std::optional<Size> asked (GridPipeline &p, std::size_t i, const FullPicture &picture = kPhoto)
{
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (i), "src")};
  return ask_target (src.get (), picture);
}

// A grid of 2x2 cells on 640x360, with one input.
class Asked {
 public:
  explicit Asked (const std::string &properties = "", const std::string &output = "I420")
      : p_ (properties, output == "open" ? "" : raw (output, 640, 360))
  {
    p_.add_input (raw ("I420", 64, 48));
  }
  template <typename... Args>
  void set (Args... args)
  {
    p_.set_pad (0, args..., nullptr);
  }
  std::optional<Size> ask (const FullPicture &picture = kPhoto) { return asked (p_, 0, picture); }
  GridPipeline &pipeline () { return p_; }

 private:
  GridPipeline p_;
};

TEST (GridTarget, IsThePictureInItsCell)
{
  Asked a;
  EXPECT_EQ (a.ask (), (Size{240, 180})) << "4:3 in 320x180";
  EXPECT_EQ (a.ask ({.size = {3000, 4000}}), (Size{135, 180}));
  EXPECT_EQ (a.ask ({.size = {1920, 1080}}), (Size{320, 180}));
  EXPECT_EQ (a.ask ({.size = {720, 576}, .sample = {16, 15}}), (Size{240, 180}));
  EXPECT_EQ (a.ask ({.size = {4, 3}}), (Size{240, 180})) << "larger than the picture";
}

TEST (GridTarget, FollowsTheFit)
{
  Asked a;
  a.set ("fit", 1);
  EXPECT_EQ (a.ask (), (Size{320, 240})) << "cover";
  a.set ("fit", 2);
  EXPECT_EQ (a.ask (), (Size{320, 180})) << "fill";
}

TEST (GridTarget, IsInThePicturesOwnOrientation)
{
  const auto want = [] (Orientation o) {
    return steps_of (o).swap_axes ? Size{180, 135} : Size{240, 180};
  };
  for (int o = 0; o < 8; o++) {
    const auto orientation = static_cast<Orientation> (o);
    Asked a;
    FullPicture turned = kPhoto;
    turned.orientation = orientation;
    EXPECT_EQ (a.ask (turned), want (orientation)) << "told by the picture: " << o;
    a.set ("orientation", o);
    EXPECT_EQ (a.ask (), want (orientation)) << "set on the pad: " << o;
    turned.orientation = Orientation::rotate_90;
    EXPECT_EQ (a.ask (turned), want (orientation)) << "the pad's wins: " << o;
  }
}

TEST (GridTarget, FollowsTheLayout)
{
  Asked a ("border-width=4 gap=8");
  EXPECT_EQ (a.ask ({.size = {1600, 900}}), (Size{299, 168}));
  a.set ("column-span", 2, "row-span", 2);
  EXPECT_EQ (a.ask ({.size = {1600, 900}}), (Size{626, 352}));
  a.set ("width", 100, "height", 50, "xpos", 10000);
  EXPECT_EQ (a.ask ({.size = {1600, 800}}), (Size{100, 50}));
}

TEST (GridTarget, FullSizeIsNeededWhereTheInputsDecide)
{
  Asked a ("", "open");
  EXPECT_EQ (a.ask (), std::nullopt);
  a.set ("width", 100, "height", 50);
  EXPECT_EQ (a.ask ({.size = {1600, 800}}), (Size{100, 50})) << "lies freely";
}

TEST (GridTarget, FullSizeIsNeededWithoutACell)
{
  Asked a;
  a.set ("cell", 9);
  EXPECT_EQ (a.ask (), std::nullopt);
}

// Adds an input of `caps` that comes to the grid through a quaddownscale.
void add_scaled_input (GridPipeline &p, const std::string &caps, const std::string &properties = "")
{
  GstElement *src = p.add_input (caps);
  GstElement *scale = gst_parse_launch (("quaddownscale " + properties).c_str (), nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), scale);
  gst_element_unlink (src, p.grid ());
  ASSERT_TRUE (gst_element_link_many (src, scale, p.grid (), nullptr));
}

TEST (GridTarget, GoesThroughQuaddownscale)
{
  GridPipeline p ("", raw ("I420", 640, 360));
  add_scaled_input (p, raw ("I420", 64, 48));
  EXPECT_EQ (asked (p, 0), (Size{240, 180}));
  // The pad does not know yet that the picture will be turned, so its caps do not tell.
  EXPECT_EQ (asked (p, 0, {{4000, 3000}, {1, 1}, Orientation::rotate_90}), (Size{180, 135}));
  EXPECT_EQ (asked (p, 0, {{3000, 4000}, {1, 1}, Orientation::rotate_90}), (Size{180, 240}));
}

// quaddownscale answers for what it makes, not for what is behind it.
TEST (GridTarget, IsNoLargerThanQuaddownscaleAllows)
{
  for (const auto &[properties, want] :
       {std::pair{"max-width=160", Size{160, 90}}, std::pair{"max-width=640", Size{320, 180}}})
    for (const Orientation o : {Orientation::identity, Orientation::rotate_180}) {
      GridPipeline p ("", raw ("I420", 640, 360));
      add_scaled_input (p, raw ("I420", 64, 36), properties);
      EXPECT_EQ (asked (p, 0, {{1280, 720}, {1, 1}, o}), want) << properties;
    }
}

// Both sides shrink together, for a picture that is turned on its side too.
TEST (GridTarget, ALimitKeepsTheShapeOfATurnedPicture)
{
  GridPipeline p ("rows=1 columns=1", raw ("I420", 320, 180));
  add_scaled_input (p, raw ("I420", 64, 48), "max-width=100");
  EXPECT_EQ (asked (p, 0, {{4000, 3000}, {1, 1}, Orientation::rotate_90}), (Size{100, 75}));
}

gboolean answer_other (GstPad *, GstObject *, GstQuery *query)
{
  return gst_structure_has_name (gst_query_get_structure (query), "other");
}

// Queries that are none of the grid's go on, as through other aggregators.
TEST (GridTarget, OtherQueriesGoOn)
{
  GridPipeline p;
  p.add_input (raw ("I420", 64, 36));
  const Owned<GstPad> out{gst_element_get_static_pad (p.out (), "sink")};
  gst_pad_set_query_function (out.get (), answer_other);
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
  const Owned<GstQuery> other{
      gst_query_new_custom (GST_QUERY_CUSTOM, gst_structure_new_empty ("other"))};
  EXPECT_TRUE (gst_pad_peer_query (src.get (), other.get ()));
}

// Whoever asked is told to ask again when the answer changes.
TEST (GridTarget, AChangeIsTold)
{
  for (const char *output : {"I420", "open"}) {
    Asked a ("", output);
    GridPipeline &p = a.pipeline ();
    const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
    int told = 0;
    gst_pad_add_probe (
        src.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
        [] (GstPad *, GstPadProbeInfo *info, gpointer count) {
          const GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
          *static_cast<int *> (count) += GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE;
          return GST_PAD_PROBE_OK;
        },
        &told, nullptr);
    p.play ();
    const auto tells = [&] (const std::function<void ()> &change) {
      a.ask ();
      told = 0;
      change ();
      return told;
    };
    const bool fixed = output != std::string{"open"};
    EXPECT_EQ (tells ([&] { a.set ("column-span", 2); }), fixed) << output;
    EXPECT_EQ (tells ([&] { a.set ("cell", 2); }), 0) << output;
    EXPECT_EQ (tells ([&] { a.set ("fit", 1); }), fixed) << output;
    EXPECT_EQ (tells ([&] { a.set ("width", 100, "height", 50); }), 1) << output;
    EXPECT_EQ (tells ([&] { a.set ("height", 60); }), 1) << output;
    EXPECT_EQ (tells ([&] { a.set ("xpos", 60); }), 0) << output;
    EXPECT_EQ (tells ([&] { a.set ("width", 0); }), 1) << output;
  }
}

// What an input says of its pictures is not true of the output.
TEST (GridTarget, WhatIsSaidOfAnInputDoesNotGoOn)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  p.add_input (raw ("GRAY8", 32, 32));
  const Owned<GstPad> out{gst_element_get_static_pad (p.out (), "sink")};
  int seen = 0;
  gst_pad_add_probe (
      out.get (), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer count) {
        *static_cast<int *> (count) +=
            quad::reduced_picture (GST_PAD_PROBE_INFO_EVENT (info)).has_value ();
        return GST_PAD_PROBE_OK;
      },
      &seen, nullptr);
  gst_element_send_event (p.source (0), quad::full_picture_event ({{64, 64}, {32, 32}}).release ());
  feed (p, 0, 0);
  p.end (0);
  EXPECT_EQ (p.run ().size (), 1u);
  EXPECT_EQ (seen, 0);
}

// Messages.

struct CellMessage {
  std::string pad;
  int width = 0, height = 0;
  double crop_width = 0, crop_height = 0;

  bool operator== (const CellMessage &) const = default;
};

std::ostream &operator<< (std::ostream &out, const CellMessage &m)
{
  return out << m.pad << " " << m.width << "x" << m.height << " " << m.crop_width << " "
             << m.crop_height;
}

// Collects `cell-size` in the thread that posts.
class CellSizes {
 public:
  explicit CellSizes (GridPipeline &p) : bus_{gst_element_get_bus (p.pipeline ())}
  {
    gst_bus_set_sync_handler (bus_.get (), handle, this, nullptr);
  }
  ~CellSizes () { gst_bus_set_sync_handler (bus_.get (), nullptr, nullptr, nullptr); }

  std::vector<CellMessage> take ()
  {
    const std::lock_guard guard (lock_);
    return std::exchange (all_, {});
  }
  std::function<void ()> once;  // called with the next message

 private:
  static GstBusSyncReply handle (GstBus *, GstMessage *message, gpointer data)
  {
    const GstStructure *s = gst_message_get_structure (message);
    if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT ||
        !gst_structure_has_name (s, "cell-size"))
      return GST_BUS_PASS;
    auto *self = static_cast<CellSizes *> (data);
    CellMessage m;
    GstPad *pad = nullptr;
    EXPECT_TRUE (gst_structure_get (s, "pad", GST_TYPE_PAD, &pad, "width", G_TYPE_INT, &m.width,
                                    "height", G_TYPE_INT, &m.height, "crop-width", G_TYPE_DOUBLE,
                                    &m.crop_width, "crop-height", G_TYPE_DOUBLE, &m.crop_height,
                                    nullptr));
    m.pad = GST_PAD_NAME (pad);
    gst_object_unref (pad);
    {
      const std::lock_guard guard (self->lock_);
      self->all_.push_back (m);
    }
    if (auto call = std::exchange (self->once, nullptr)) call ();
    return GST_BUS_PASS;
  }

  Owned<GstBus> bus_;
  std::mutex lock_;
  std::vector<CellMessage> all_;
};

using All = std::vector<CellMessage>;

// Two inputs of 32x24 on cells of 320x180, playing.
class Playing {
 public:
  explicit Playing (const std::string &properties = "post-cell-size=true",
                    const std::string &output = raw ("GRAY8", 640, 360))
      : p (properties, output), sizes (p)
  {
    for (int i = 0; i < 2; i++) p.add_input (raw ("GRAY8", 32, 24));
    p.play ();
    frame ();
  }
  void frame ()
  {
    for (std::size_t i = 0; i < 2; i++) feed (p, i, n_);
    n_++;
    ASSERT_TRUE (p.pull ());
  }

  GridPipeline p;
  CellSizes sizes;

 private:
  int n_ = 0;
};

// The last message of each pad.
std::map<std::string, CellMessage> last (const All &all)
{
  std::map<std::string, CellMessage> of;
  for (const CellMessage &m : all) of[m.pad] = m;
  return of;
}

TEST (GridCellSize, IsPostedOncePerPadAndChange)
{
  Playing g;
  EXPECT_EQ (g.sizes.take (), (All{{"sink_0", 320, 180, 1, 1}, {"sink_1", 320, 180, 1, 1}}));
  g.frame ();
  EXPECT_EQ (g.sizes.take (), All{}) << "nothing has changed";

  g.p.set_pad (0, "cell", 2);
  EXPECT_EQ (g.sizes.take (), All{}) << "another cell of the same size";
  g.p.set_pad (1, "row-span", 2);
  EXPECT_EQ (g.sizes.take (), (All{{"sink_1", 320, 360, 1, 1}}));
  g_object_set (g.p.grid (), "columns", 1, nullptr);
  EXPECT_EQ (last (g.sizes.take ()).at ("sink_1"), (CellMessage{"sink_1", 640, 180, 1, 1}));
}

TEST (GridCellSize, SaysHowMuchIsShown)
{
  Playing g;
  g.sizes.take ();
  g.p.set_pad (0, "fit", 1);  // 4:3 covers 16:9
  EXPECT_EQ (g.sizes.take (), (All{{"sink_0", 320, 180, 1, 0.75}}));
  g.p.set_pad (0, "orientation", 1);
  const All turned = g.sizes.take ();
  ASSERT_EQ (turned.size (), 1u);
  EXPECT_EQ (turned[0].crop_width, 1);
  EXPECT_NEAR (turned[0].crop_height, 9 / 16.0 * 3 / 4, 1 / 32.0);
  g.p.set_pad (0, "cell", 9);
  EXPECT_EQ (g.sizes.take (), (All{{"sink_0", 0, 0, 1, 1}})) << "no cell";
}

// Seen from the whole picture, as it is turned.
TEST (GridCellSize, SaysHowMuchAZoomShows)
{
  Playing g;
  g.sizes.take ();
  g.p.set_pad (0, "crop-width", 0.75);
  EXPECT_EQ (g.sizes.take (), (All{{"sink_0", 320, 180, 0.75, 1}}));
  g.p.set_pad (0, "crop-x", 0.125);
  EXPECT_EQ (g.sizes.take (), All{}) << "as much as before";
  g.p.set_pad (0, "crop-height", 0.25);
  EXPECT_EQ (g.sizes.take (), (All{{"sink_0", 320, 180, 0.75, 0.25}}));
  g.p.set_pad (0, "orientation", 1);
  EXPECT_EQ (g.sizes.take (), All{}) << "of the upright picture";
}

TEST (GridCellSize, IsOffByDefaultAndSaysAllWhenItIsTurnedOn)
{
  Playing g ("");
  g.p.set_pad (0, "row-span", 2);
  EXPECT_EQ (g.sizes.take (), All{});
  for (int times = 0; times < 2; times++) {
    g_object_set (g.p.grid (), "post-cell-size", TRUE, nullptr);
    EXPECT_EQ (g.sizes.take (), (All{{"sink_0", 320, 360, 1, 1}, {"sink_1", 320, 180, 1, 1}}));
    g_object_set (g.p.grid (), "post-cell-size", FALSE, nullptr);
    EXPECT_EQ (g.sizes.take (), All{});
  }
}

// Where the inputs decide, cells have a size when the output is negotiated.
TEST (GridCellSize, IsThatOfTheOutput)
{
  Playing g ("post-cell-size=true", "");
  EXPECT_EQ (last (g.sizes.take ()).at ("sink_0"), (CellMessage{"sink_0", 32, 24, 1, 1}));
}

TEST (GridCellSize, IsPostedAgainAfterAStop)
{
  Playing g;
  g.sizes.take ();
  gst_element_set_state (g.p.pipeline (), GST_STATE_READY);
  g.p.play ();
  g.frame ();
  EXPECT_EQ (last (g.sizes.take ()).size (), 2u);
}

// An application may change the layout while it handles a message.
TEST (GridCellSize, TheLastMessageHasTheLastSize)
{
  Playing g;
  g.sizes.take ();
  g.sizes.once = [&] { g.p.set_pad (0, "row-span", 1, "column-span", 2); };
  g.p.set_pad (0, "row-span", 2);
  const All all = g.sizes.take ();
  ASSERT_GE (all.size (), 2u);
  EXPECT_EQ (all.front (), (CellMessage{"sink_0", 320, 360, 1, 1}));
  EXPECT_EQ (all.back (), (CellMessage{"sink_0", 640, 180, 1, 1}));
}

}  // namespace
