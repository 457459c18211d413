// The stage on devices that lack something. The program links its own table of backends.
#include <gtest/gtest.h>

#include "glue/backend_rows.h"
#include "glue/drawable_caps.h"
#include "glue/stage.h"
#include "support/elsewhere/elsewhere.h"
#include "support/gst_helpers.h"

namespace quad {
namespace {

constexpr Memory kBare{8};
bool bare_opens, bare_draws;

class NoDrawing : public Renderer {
 public:
  Memory memory () const override { return kBare; }
  Status prepare (const Scene &) override { return Status::ok; }
  Status draw (const Scene &, const FrameView &) override { return Status::ok; }
};

// A device that moves no pictures, and that may fail to open or have no renderer.
class Bare : public Backend {
 public:
  bool open () override { return bare_opens; }
  std::unique_ptr<Renderer> make_renderer (Threads &) override
  {
    return bare_draws ? std::make_unique<NoDrawing> () : nullptr;
  }
};

BackendRow bare_row ()
{
  return {.memory = kBare, .feature = "memory:Bare", .name = "bare", .make = [] (GstElement *) {
            return std::unique_ptr<Backend> (std::make_unique<Bare> ());
          }};
}

}  // namespace

std::span<const BackendRow> backends ()
{
  static const BackendRow rows[] = {test::elsewhere_row (), bare_row (), host_row ()};
  return rows;
}

namespace test {
namespace {

constexpr const char *kGrey = "format=GRAY8,width=16,height=16,framerate=1/1";

class StageBackends : public ::testing::Test {
 protected:
  StageBackends () { bare_opens = bare_draws = true; }

  Problem prepare (const std::string &in, const std::string &out)
  {
    const auto frames = [this] (std::string memory) {
      return Frames{info_, memory_of (caps_of (memory.append (kGrey)).get ())};
    };
    return stage_.prepare (input_, frames (in), frames (out), whole_);
  }

  const char *const elsewhere_ = "video/x-raw(memory:Elsewhere),";
  const char *const bare_ = "video/x-raw(memory:Bare),";
  const Look whole_ = {.placement = {{0, 0, 16, 16}, {0, 0, 16, 16}, {}}};
  const GstVideoInfo info_ = info_of_caps (std::string{"video/x-raw,"}.append (kGrey));
  Owned<GstElement> element_{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Backends backends_{element_.get ()};
  Input input_;
  Stage stage_{backends_};
};

// Only a device that did not open has posted its reason.
TEST_F (StageBackends, AMissingRendererWasNotSaid)
{
  EXPECT_FALSE (prepare (bare_, bare_));
  stage_.reset ();
  bare_draws = false;
  EXPECT_EQ (prepare (bare_, bare_).kind, Problem::Kind::no_renderer);
  bare_opens = false;
  EXPECT_EQ (prepare (bare_, bare_).kind, Problem::Kind::said);
}

// What cannot come to the canvas is found before the picture is shown, on each way: the picture is
// left out and the frame goes on.
TEST_F (StageBackends, APictureThatCannotBeMovedIsLeftOut)
{
  Owned<GstBuffer> host{gst_buffer_new_allocate (nullptr, 16 * 16, nullptr)};
  const Owned<GstBuffer> elsewhere = to_elsewhere (host.get ());
  const Owned<GstBuffer> out{gst_buffer_new_allocate (nullptr, 16 * 16, nullptr)};
  for (const auto &[caps, buffer] :
       {std::pair{"video/x-raw,", host.get ()}, std::pair{elsewhere_, elsewhere.get ()}}) {
    SCOPED_TRACE (caps);
    ASSERT_FALSE (prepare (caps, bare_));
    ASSERT_FALSE (stage_.begin (info_, out.get ()));
    const Problem p = stage_.show (input_, buffer, info_, whole_);
    EXPECT_EQ (p.kind, Problem::Kind::unconvertible);
    EXPECT_TRUE (p.is_of_one_picture ());
    EXPECT_FALSE (stage_.finish ());
  }
}

}  // namespace
}  // namespace test
}  // namespace quad
