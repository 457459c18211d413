// The wall itself: one pipeline with the inputs, the grid, and a tee that every output hangs on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config.h"
#include "grid_control.h"
#include "input.h"
#include "layouts.h"

namespace wall {

// To be used in the main thread.
class Composition {
 public:
  // `on_fault` gets what ends the wall: a fault of the grid or of an encoder, not of an input.
  Composition (const Config &config, std::function<void (const std::string &)> on_fault);
  ~Composition ();
  Composition (const Composition &) = delete;
  Composition &operator= (const Composition &) = delete;

  // False: `why` says what is missing.
  bool start (std::string &why);

  // ---- what is shown where

  std::size_t size () const { return inputs_.size (); }
  const Input &input (std::size_t i) const { return *inputs_[i]; }
  Area area (std::size_t i) const;
  const std::string &layout () const { return layout_; }
  std::optional<std::size_t> spotlight () const { return spotlight_; }

  // The name must be one of layout_names (). Ends a spotlight.
  void set_layout (const std::string &name);
  // Shows that input large, or all as before.
  void set_spotlight (std::optional<std::size_t> i);
  // Two inputs change places.
  void swap (std::size_t a, std::size_t b);

  // ---- for outputs

  GstPipeline *pipeline () const { return pipeline_.get (); }
  // Pictures of the wall: I420 of the wall's size and rate.
  GstElement *tee () const { return tee_.get (); }
  // The last picture, or NULL before the first.
  Owned<GstSample> picture () const;
  // Pictures so far.
  guint64 pictures () const { return pictures_; }

 private:
  void make_inputs ();
  void arrange ();
  Layout current_layout () const;
  std::vector<std::size_t> shown_order () const;
  void handle (GstMessage *message);
  void handle_element (GstMessage *message);

  const Config &config_;
  std::function<void (const std::string &)> on_fault_;
  Owned<GstPipeline> pipeline_;
  Owned<GstElement> tee_, last_;
  std::unique_ptr<GridControl> control_;
  std::vector<std::unique_ptr<Input>> inputs_;
  std::vector<std::size_t> order_;  // order_[place] is an input
  std::string layout_;
  std::optional<std::size_t> spotlight_;
  std::atomic<guint64> pictures_ = 0;
  guint watch_ = 0, timer_ = 0;
};

}  // namespace wall
