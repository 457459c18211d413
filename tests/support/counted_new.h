// Counts the heap allocations of C++ in all threads, of libraries too. For one file of a program,
// which says what is done at each in note_allocation ().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace quad::test {

// Called by the thread that allocates, before it does. It may not allocate.
void note_allocation (std::size_t size);

inline void *counted (std::size_t size, std::align_val_t align) noexcept
{
  note_allocation (size);
  const auto unit = static_cast<std::size_t> (align);
  return std::aligned_alloc (unit, (std::max (size, unit) + unit - 1) / unit * unit);
}

inline void *counted_or_throw (std::size_t size, std::align_val_t align)
{
  if (void *p = counted (size, align)) return p;
  throw std::bad_alloc ();
}

inline constexpr auto kUsualAlign =
    static_cast<std::align_val_t> (__STDCPP_DEFAULT_NEW_ALIGNMENT__);

}  // namespace quad::test

void *operator new (std::size_t size)
{
  return quad::test::counted_or_throw (size, quad::test::kUsualAlign);
}
void *operator new[] (std::size_t size)
{
  return quad::test::counted_or_throw (size, quad::test::kUsualAlign);
}
void *operator new (std::size_t size, std::align_val_t align)
{
  return quad::test::counted_or_throw (size, align);
}
void *operator new[] (std::size_t size, std::align_val_t align)
{
  return quad::test::counted_or_throw (size, align);
}
void *operator new (std::size_t size, const std::nothrow_t &) noexcept
{
  return quad::test::counted (size, quad::test::kUsualAlign);
}
void *operator new[] (std::size_t size, const std::nothrow_t &) noexcept
{
  return quad::test::counted (size, quad::test::kUsualAlign);
}
void operator delete (void *p) noexcept { std::free (p); }
void operator delete[] (void *p) noexcept { std::free (p); }
void operator delete (void *p, std::size_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::size_t) noexcept { std::free (p); }
void operator delete (void *p, std::align_val_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::align_val_t) noexcept { std::free (p); }
void operator delete (void *p, std::size_t, std::align_val_t) noexcept { std::free (p); }
void operator delete[] (void *p, std::size_t, std::align_val_t) noexcept { std::free (p); }
