#include "drawing.h"

#include <memory>

#include "host/host_renderer.h"

namespace quad::bench {

Scene scaled (PixelFormat format, Size from, Size to, Filter filter, ChromaSite site)
{
  Scene scene = {.format = format, .canvas = to, .site = site};
  scene.tiles.push_back ({.target = rect_of (to),
                          .source = {.format = format, .size = from},
                          .crop = rect_of (from),
                          .site = site,
                          .filter = filter,
                          .blend = Blend::source});
  return scene;
}

Contender drawing (const char *name, Family family, const Scene &scene)
{
  struct Drawing {
    std::unique_ptr<Renderer> renderer = host::make_host_renderer ({.threads = 1});
    Scene scene;
  };
  auto d = std::make_shared<Drawing> ();
  d->scene = scene;
  if (const Status s = d->renderer->prepare (d->scene); s != Status::ok) give_up (describe (s));
  return {name, family, true, scene.format, [d] (const FrameView &in, const FrameView &out) {
            d->scene.tiles[0].source = in;
            if (d->renderer->draw (d->scene, out) != Status::ok) give_up ("draw failed");
          }};
}

}  // namespace quad::bench
