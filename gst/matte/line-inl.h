// Fits a line; has no guard. It is included inside a namespace, once for each instruction set,
// because a function is compiled for the set of the place where it is defined.

// The line that fits the mask to the guide in a window of `n` samples: linear ridge regression, as
// in He, Sun, Tang, "Guided Image Filtering" (PAMI 2013), equations 5, 6 and 19. `epsilon` is
// theirs times kLevelsSquared. All sums and the differences of their products are exact; a 3x3
// system with a positive diagonal is solved by cofactors. `Ops` has the operations on a Number.
template <typename Ops>
struct LineFit {
  using Number = typename Ops::Number;

  // a * b - c * d.
  QUAD_HOST_DEVICE static Number cross (Number a, Number b, Number c, Number d)
  {
    return Ops::sub (Ops::mul (a, b), Ops::mul (c, d));
  }

  // a[0] * b[0] + a[1] * b[1] + a[2] * b[2].
  QUAD_HOST_DEVICE static Number dot (const Number *a, const Number *b)
  {
    return Ops::add (Ops::add (Ops::mul (a[0], b[0]), Ops::mul (a[1], b[1])),
                     Ops::mul (a[2], b[2]));
  }

  QUAD_HOST_DEVICE static quad::matte::Line<Number> of (const quad::matte::Sums<Number> &s,
                                                        Number n, Number epsilon)
  {
    // n^2 times the covariances.
    const Number *g = s.guide;
    const Number ridge = Ops::mul (epsilon, Ops::mul (n, n));
    const Number xx = Ops::add (cross (n, s.guides[0], g[0], g[0]), ridge);
    const Number xy = cross (n, s.guides[1], g[0], g[1]);
    const Number xz = cross (n, s.guides[2], g[0], g[2]);
    const Number yy = Ops::add (cross (n, s.guides[3], g[1], g[1]), ridge);
    const Number yz = cross (n, s.guides[4], g[1], g[2]);
    const Number zz = Ops::add (cross (n, s.guides[5], g[2], g[2]), ridge);
    const Number with_mask[3] = {cross (n, s.guide_mask[0], g[0], s.mask),
                                 cross (n, s.guide_mask[1], g[1], s.mask),
                                 cross (n, s.guide_mask[2], g[2], s.mask)};
    const Number kxy = cross (xz, yz, xy, zz), kxz = cross (xy, yz, xz, yy),
                 kyz = cross (xy, xz, xx, yz);
    const Number cofactors[3][3] = {{cross (yy, zz, yz, yz), kxy, kxz},
                                    {kxy, cross (xx, zz, xz, xz), kyz},
                                    {kxz, kyz, cross (xx, yy, xy, xy)}};
    const Number first[3] = {xx, xy, xz};
    const Number scale = Ops::div (Ops::set (quad::matte::kLineOne), dot (first, cofactors[0]));
    quad::matte::Line<Number> line;
    for (int k = 0; k < 3; k++) {
      const Number slope = Ops::mul (dot (cofactors[k], with_mask), scale);
      line.slope[k] = Ops::round (Ops::clamp (slope, quad::matte::kMostSlope));
    }
    // The numerator is a whole number below 2^53.
    const Number rest =
        Ops::sub (Ops::mul (s.mask, Ops::set (quad::matte::kLineOne)), dot (line.slope, g));
    line.offset = Ops::round (Ops::div (rest, n));
    return line;
  }
};
