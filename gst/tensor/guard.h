// Keeps exceptions inside of this library: its callers are C.
#pragma once

#include <exception>

#include "tensor/quadtensor.h"

namespace quad::tensor {

inline void report_exception (GError **error, const char *what)
{
  if (error && !*error)
    g_set_error (error, QUAD_TENSOR_ERROR, QUAD_TENSOR_ERROR_PIPELINE,
                 "quadtensor failed inside: %s.", what);
}

// Returns the result of `body`; if it throws, sets `error` and returns `otherwise`.
template <typename Result, typename Body>
Result contain (Result otherwise, GError **error, Body body) noexcept
{
  try {
    return body ();
  } catch (const std::exception &why) {
    report_exception (error, why.what ());
  } catch (...) {
    report_exception (error, "an unknown exception");
  }
  return otherwise;
}

// For functions without a result: if `body` throws, it is left half done.
template <typename Body>
void contain (Body body) noexcept
{
  GError *error = nullptr;
  contain (0, &error, [&] { return body (), 0; });
  if (!error) return;
  g_warning ("%s", error->message);
  g_error_free (error);
}

}  // namespace quad::tensor
