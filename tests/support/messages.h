// The messages for the user that a pipeline's elements posted.
#pragma once

#include <gst/gst.h>

#include <algorithm>
#include <string>
#include <vector>

#include "glue/owned.h"

namespace quad::test {

class Messages {
 public:
  struct Error {
    std::string element, text;
    GQuark domain = 0;
    int code = 0;
  };

  // Of `pipeline`, which outlives this.
  explicit Messages (GstElement *pipeline)
      : pipeline_ (pipeline), bus_{gst_element_get_bus (pipeline)}
  {
  }

  GstBus *bus () const { return bus_.get (); }

  // Takes the messages posted so far; the functions below answer from them.
  void take ()
  {
    constexpr auto kTypes =
        static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_INFO);
    while (const Owned<GstMessage> m{gst_bus_pop_filtered (bus (), kTypes)}) take (m.get ());
  }

  // The first error; a default one if there is none.
  Error first_error () const { return errors_.empty () ? Error{} : errors_[0]; }
  // How many errors an element posted.
  auto errors_of (const std::string &element) const
  {
    return std::count_if (errors_.begin (), errors_.end (),
                          [&] (const Error &e) { return e.element == element; });
  }
  const std::vector<std::string> &warnings () const { return warnings_; }
  const std::vector<std::string> &infos () const { return infos_; }

 private:
  void take (GstMessage *m)
  {
    // An element that a test removed may complain that it is not linked.
    if (!gst_object_has_as_ancestor (GST_MESSAGE_SRC (m), GST_OBJECT (pipeline_))) return;
    GError *error = nullptr;
    if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (m, &error, nullptr);
      errors_.push_back ({GST_MESSAGE_SRC_NAME (m), error->message, error->domain, error->code});
    } else if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_WARNING) {
      gst_message_parse_warning (m, &error, nullptr);
      warnings_.push_back (error->message);
    } else {
      gst_message_parse_info (m, &error, nullptr);
      infos_.push_back (error->message);
    }
    g_error_free (error);
  }

  GstElement *pipeline_;
  Owned<GstBus> bus_;
  std::vector<Error> errors_;
  std::vector<std::string> warnings_, infos_;
};

}  // namespace quad::test
