#include "core/format_choice.h"

namespace quad {
namespace {

struct Loss {
  int weight;
  bool (*is) (const FormatInfo &from, const FormatInfo &to);
};

using F = const FormatInfo &;

// A weight is greater than the sum of those below it.
constexpr Loss kLosses[] = {
    {256, [] (F from, F to) { return from.components > 1 && to.components == 1; }},
    {128, [] (F from, F to) { return from.chroma_unit ().height < to.chroma_unit ().height; }},
    {64, [] (F from, F to) { return from.chroma_unit ().width < to.chroma_unit ().width; }},
    {32, [] (F from, F to) { return from.has_alpha () && !to.has_alpha (); }},
    {16, [] (F from, F to) { return from.depth > to.depth; }},
    {kLeastLoss, [] (F from, F to) { return family_of (from) != family_of (to); }},
    // No loss, but what is added costs memory.
    {1, [] (F from, F to) { return from.chroma_unit ().height != to.chroma_unit ().height; }},
    {1, [] (F from, F to) { return from.chroma_unit ().width != to.chroma_unit ().width; }},
    {1, [] (F from, F to) { return from.has_alpha () != to.has_alpha (); }},
    {1, [] (F from, F to) { return from.depth != to.depth; }},
    {1, [] (F from, F to) { return from.format != to.format; }},
};

}  // namespace

Family family_of (const FormatInfo &format)
{
  if (format.rgb) return Family::rgb;
  return format.components == 1 ? Family::gray : Family::yuv;
}

int format_loss (const FormatInfo &from, const FormatInfo &to)
{
  int sum = 0;
  for (const Loss &loss : kLosses)
    if (loss.is (from, to)) sum += loss.weight;
  return sum;
}

}  // namespace quad
