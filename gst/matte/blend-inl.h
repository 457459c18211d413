// Takes the background out of a colour; has no guard. It is included inside a namespace, once for
// each instruction set, because a function is compiled for the set of the place where it is
// defined.

// The foreground's level at a sample of `level` with alpha `a` (0 to 255), where the surroundings'
// foreground and background are about `front` and `back`: Forte, Pitie, "Approximate Fast
// Foreground Colour Estimation" (ICIP 2021), equation 7. `Ops` has the operations on a Number.
template <typename Ops>
struct Blend {
  using Number = typename Ops::Number;

  QUAD_HOST_DEVICE static Number foreground (Number level, Number a, Number front, Number back)
  {
    const Number part = Ops::div (a, Ops::set (255));
    const Number without = Ops::sub (Ops::set (1), part);
    const Number rest =
        Ops::sub (Ops::sub (level, Ops::mul (part, front)), Ops::mul (without, back));
    return Ops::clamp (Ops::add (front, Ops::mul (part, rest)), 255);
  }
};
