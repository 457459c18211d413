// The format and light of the output, from the caps of the inputs and what downstream takes.
#include "elements/grid/caps.h"

#include <gtest/gtest.h>

#include "core/format_choice.h"
#include "support/gst_helpers.h"

namespace quad::test {
namespace {

constexpr char kX264[] = "{Y444,Y42B,I420,YV12,NV12,Y444_10LE,I422_10LE,I420_10LE}";
constexpr char kPq[] = "bt2100-pq", kSdr[] = "bt709";

struct Input {
  std::string format;
  int side = 64;  // its picture is a square
  std::string colorimetry;
};

InputCaps caps_of_input (const Input &input)
{
  const std::string colors = input.colorimetry.empty () ? "" : ",colorimetry=" + input.colorimetry;
  return {info_of_caps (raw (input.format, input.side, input.side, "framerate=10/1" + colors))};
}

// A field of the output's caps.
std::string chosen (const std::vector<Input> &inputs, const std::string &formats,
                    const char *field = "format")
{
  std::vector<InputCaps> caps;
  for (const Input &input : inputs) caps.push_back (caps_of_input (input));
  const Owned<GstCaps> downstream = caps_of ("video/x-raw,format=" + formats);
  const OutputChoice choice = choose_output (downstream.get (), caps, Grid{2, 2});
  if (!choice.caps) return choice.refusal;
  const char *value =
      gst_structure_get_string (gst_caps_get_structure (choice.caps.get (), 0), field);
  return value ? value : "none";
}

std::string list_of (const std::vector<Input> &inputs)
{
  std::string all;
  for (const Input &i : inputs) all.append (i.format + " " + std::to_string (i.side) + ", ");
  return all;
}

struct Row {
  std::vector<Input> inputs;
  std::string formats;
  std::string expected;
};

void expect_formats (std::span<const Row> rows)
{
  for (const Row &row : rows)
    EXPECT_EQ (chosen (row.inputs, row.formats), row.expected)
        << list_of (row.inputs) << row.formats;
}

TEST (GridFormat, OfMoreThan8BitsIsTheOneOfLeastLoss)
{
  const Row rows[] = {
      {{{"P010_10LE"}}, kX264, "I420_10LE"},
      {{{"I422_10LE"}}, kX264, "I422_10LE"},
      {{{"Y444_10LE"}}, kX264, "Y444_10LE"},
      {{{"P010_10LE"}}, "{Y444,NV12,I420}", "NV12"},
      {{{"P010_10LE"}}, "{I420_10LE,P010_10LE}", "P010_10LE"},
      {{{"I422_10LE"}}, "{Y42B,P010_10LE,Y444_10LE}", "Y444_10LE"},
      {{{"I422_10LE"}}, "{P010_10LE,Y42B}", "Y42B"},
      {{{"P010_10LE"}}, "{GRAY16_LE,RGB}", "RGB"},
      {{{"GRAY16_LE"}}, "{I420,GRAY8}", "GRAY8"},
  };
  expect_formats (rows);
}

TEST (GridFormat, DownstreamsOrderDecidesBetweenEquals)
{
  const Row rows[] = {
      {{{"P010_10LE"}}, "{I420,NV12}", "I420"},
      {{{"P010_10LE"}}, "{NV12,I420}", "NV12"},
      {{{"P010_10LE"}}, "{BGRx,RGB}", "BGRx"},
      {{{"Y444_10LE"}}, "{I420_10LE,P010_10LE}", "I420_10LE"},
      {{{"Y444_10LE"}}, "{P010_10LE,I420_10LE}", "P010_10LE"},
  };
  expect_formats (rows);
}

TEST (GridFormat, DepthCountsIfMostPixelsHaveIt)
{
  const Row rows[] = {
      {{{"P010_10LE", 64}, {"I420", 32}}, kX264, "I420_10LE"},
      {{{"P010_10LE"}, {"I420"}}, kX264, "I420"},
      {{{"I420"}, {"P010_10LE"}}, "{I420_10LE,I420}", "I420"},
      {{{"I420"}, {"P010_10LE"}, {"P010_10LE"}}, "{I420,I420_10LE}", "I420_10LE"},
      {{{"I420", 64}, {"I420", 64}, {"NV12", 64}, {"P010_10LE", 64}}, kX264, "I420"},
      {{{"I420", 64}, {"P010_10LE", 16}}, "{NV12,I420}", "I420"},
      {{{"I420", 16}, {"P010_10LE", 64}}, "{I420,NV12}", "I420"},
      // What most pixels have, if nothing is lost either way.
      {{{"P010_10LE", 16}, {"I420_10LE", 64}}, "{P010_10LE,I420_10LE}", "I420_10LE"},
      {{{"P010_10LE", 64}, {"I420_10LE", 16}}, "{I420_10LE,P010_10LE}", "P010_10LE"},
      // Colour and chroma weigh more than depth, by pixels.
      {{{"I420", 32}, {"GRAY16_LE", 64}}, "{GRAY16_LE,I420}", "GRAY16_LE"},
      {{{"RGB", 16}, {"P010_10LE", 64}}, "{RGB,I420_10LE}", "I420_10LE"},
      {{{"RGB", 32}, {"P010_10LE", 64}}, "{RGB,Y444_10LE}", "Y444_10LE"},
      {{{"ARGB", 16}, {"P010_10LE", 64}}, "{I420_10LE,AYUV}", "AYUV"},
  };
  expect_formats (rows);
}

// A lone input gets what quaddownscale would give it.
TEST (GridFormat, OfEachDeepInputAndEachTwoOffered)
{
  for (const FormatInfo &in : all_formats ()) {
    if (in.depth <= 8) continue;
    for (const FormatInfo &a : all_formats ())
      for (const FormatInfo &b : all_formats ())
        EXPECT_EQ (chosen ({{in.name}}, std::string ("{") + a.name + "," + b.name + "}"),
                   format_loss (in, b) < format_loss (in, a) ? b.name : a.name)
            << in.name << ": " << a.name << " or " << b.name;
  }
}

// The input's own; with alpha if the input has it; else downstream's order.
TEST (GridFormat, OfEachInputOf8BitsAndEachTwoOffered)
{
  for (const FormatInfo &in : all_formats ()) {
    if (in.depth > 8) continue;
    for (const FormatInfo &a : all_formats ())
      for (const FormatInfo &b : all_formats ()) {
        const bool one_has_alpha = in.has_alpha () && a.has_alpha () != b.has_alpha ();
        const bool second = one_has_alpha ? b.has_alpha () : b.format == in.format;
        EXPECT_EQ (chosen ({{in.name}}, std::string ("{") + a.name + "," + b.name + "}"),
                   second ? b.name : a.name)
            << in.name << ": " << a.name << " or " << b.name;
      }
  }
}

TEST (GridFormat, OfInputsOf8BitsIsWhatMostPixelsHave)
{
  const Row rows[] = {
      {{{"NV12", 64}, {"I420", 16}}, "{YV12,I420}", "I420"},
      {{{"NV12", 64}, {"I420", 16}}, "{I420,NV12}", "NV12"},
      {{{"YUY2"}}, kX264, "Y444"},
      {{{"GRAY8", 64}, {"RGB", 32}}, "{RGB,GRAY8}", "GRAY8"},
      {{{"I420", 64}, {"ARGB", 16}}, "{I420,ARGB}", "ARGB"},
  };
  expect_formats (rows);
}

TEST (GridFormat, HdrIsKeptInMoreThan8BitsAndElseBecomesSdr)
{
  struct {
    std::vector<Input> inputs;
    std::string formats, format, colorimetry;
  } const rows[] = {
      {{{"P010_10LE", 64, kPq}}, kX264, "I420_10LE", kPq},
      {{{"P010_10LE", 64, kPq}}, "{I420,NV12}", "I420", "bt601"},
      {{{"P010_10LE", 64, kPq}, {"I420", 16, kSdr}}, kX264, "I420_10LE", kPq},
      {{{"P010_10LE", 64, kPq}, {"I420", 64, kSdr}}, kX264, "I420", kSdr},
      {{{"P010_10LE", 16, kPq}, {"I420", 64, kSdr}}, kX264, "I420", kSdr},
      // The largest input's light, also where a smaller one alone has the format.
      {{{"P010_10LE", 16, kPq}, {"I420", 64, kSdr}}, "{P010_10LE}", "P010_10LE", kSdr},
      {{{"P010_10LE", 16, kSdr}, {"I420_10LE", 64, kPq}}, "{P010_10LE}", "P010_10LE", kPq},
  };
  for (const auto &row : rows) {
    EXPECT_EQ (chosen (row.inputs, row.formats), row.format) << list_of (row.inputs);
    EXPECT_EQ (chosen (row.inputs, row.formats, "colorimetry"), row.colorimetry)
        << list_of (row.inputs) << row.formats;
  }
}

}  // namespace
}  // namespace quad::test
