// Which format a picture becomes if its own is not taken.
#include "core/format_choice.h"

#include <gtest/gtest.h>

#include <vector>

namespace quad {
namespace {

using enum PixelFormat;

struct Row {
  PixelFormat from;
  std::vector<PixelFormat> offered;  // the least loss comes first
};

TEST (FormatLoss, OrdersWhatIsOffered)
{
  const Row rows[] = {
      {i420, {i420, nv12, y42b, y444, ayuv, rgb, rgba, gray8}},
      {p010_10le, {p010_10le, i420_10le, i422_10le, y444_10le, nv12, y444, rgb, gray16_le, gray8}},
      {y444, {y444, ayuv, rgb, rgba, yuy2, i420, gray8}},
      {y444_10le, {y444_10le, y444, rgb, i422_10le, y42b, i420_10le, i420, gray16_le}},
      {yuy2, {yuy2, uyvy, y444, ayuv, rgb, nv12, i420_10le, gray8}},
      {ayuv, {ayuv, rgba, y444, rgb, yuy2, a420, i420, gray8}},
      {a420, {a420, av12, ayuv, rgba, i420, i420_10le, y444, rgb, gray8}},
      {rgba, {rgba, bgra, ayuv, rgb, y444, yuy2, a420, i420, gray8}},
      {rgb, {rgb, rgbp, rgba, y444, y444_10le, yuy2, i420, gray8}},
      {gray8, {gray8, gray16_le, rgb, rgba, yuy2, i420}},
      {gray16_le, {gray16_le, gray8, rgb, y42b, i420}},
  };
  for (const Row &row : rows)
    for (std::size_t i = 1; i < row.offered.size (); i++) {
      const FormatInfo &from = info_of (row.from), &a = info_of (row.offered[i - 1]),
                       &b = info_of (row.offered[i]);
      EXPECT_LT (format_loss (from, a), format_loss (from, b))
          << from.name << ": " << a.name << " or " << b.name;
    }
}

TEST (FormatLoss, OnlyTheSameFormatLosesNothing)
{
  for (const FormatInfo &a : all_formats ())
    for (const FormatInfo &b : all_formats ())
      EXPECT_EQ (format_loss (a, b) == 0, a.format == b.format) << a.name << " " << b.name;
}

// The order of downstream decides between these.
TEST (FormatLoss, PlacesOfSamplesDoNotCount)
{
  EXPECT_EQ (format_loss (info_of (i420), info_of (nv12)),
             format_loss (info_of (i420), info_of (yv12)));
  EXPECT_EQ (format_loss (info_of (i420), info_of (rgb)),
             format_loss (info_of (i420), info_of (rgbp)));
  EXPECT_EQ (format_loss (info_of (gray8), info_of (y444)),
             format_loss (info_of (gray8), info_of (bgrx)));
}

TEST (FormatLoss, WhatIsOnlyChangedIsBelowTheLeastLoss)
{
  const PixelFormat from = p010_10le;
  for (const PixelFormat changed : {i420_10le, i422_10le, y444_10le})
    EXPECT_LT (format_loss (info_of (from), info_of (changed)), kLeastLoss);
  for (const PixelFormat lost : {nv12, y444, rgb, gray16_le, gray8})
    EXPECT_GE (format_loss (info_of (from), info_of (lost)), kLeastLoss);
}

TEST (FormatLoss, Families)
{
  EXPECT_EQ (family_of (info_of (rgbp)), Family::rgb);
  EXPECT_EQ (family_of (info_of (av12)), Family::yuv);
  EXPECT_EQ (family_of (info_of (gray16_le)), Family::gray);
}

}  // namespace
}  // namespace quad
