// Which Debian package an element comes from that is not this project's own.
#pragma once

#include <string>
#include <string_view>

namespace quad {

struct Package {
  std::string_view element;
  std::string_view debian;
};

inline constexpr Package kPackages[] = {
    {"x264enc", "gstreamer1.0-plugins-ugly"},
    {"nvh264enc", "gstreamer1.0-plugins-bad"},
    {"avenc_aac", "gstreamer1.0-libav"},
    {"avdec_h264", "gstreamer1.0-libav"},
    {"h264parse", "gstreamer1.0-plugins-bad"},
    {"aacparse", "gstreamer1.0-plugins-good"},
    {"audiobuffersplit", "gstreamer1.0-plugins-bad"},
    {"avwait", "gstreamer1.0-plugins-bad"},
    {"mp4mux", "gstreamer1.0-plugins-good"},
    {"qtmux", "gstreamer1.0-plugins-good"},
    {"qtdemux", "gstreamer1.0-plugins-good"},
    {"matroskamux", "gstreamer1.0-plugins-good"},
    {"webmmux", "gstreamer1.0-plugins-good"},
    {"vp8enc", "gstreamer1.0-plugins-good"},
    {"deinterlace", "gstreamer1.0-plugins-good"},
    {"videoflip", "gstreamer1.0-plugins-good"},
    {"jpegenc", "gstreamer1.0-plugins-good"},
    {"pngenc", "gstreamer1.0-plugins-good"},
    {"pngdec", "gstreamer1.0-plugins-good"},
    {"multifilesink", "gstreamer1.0-plugins-good"},
    {"imagefreeze", "gstreamer1.0-plugins-good"},
    {"appsrc", "gstreamer1.0-plugins-base"},
    {"opusenc", "gstreamer1.0-plugins-base"},
    {"videoconvert", "gstreamer1.0-plugins-base"},
    {"decodebin", "gstreamer1.0-plugins-base"},
};

// What to do where there is no such element: "install" and where it comes from.
inline std::string advice_on_missing (std::string_view element)
{
  for (const Package &p : kPackages)
    if (p.element == element) return std::string{"install "}.append (p.debian);
  return "install gst-quad's plugin, or set GST_PLUGIN_PATH to the folder that it was built in";
}

}  // namespace quad
