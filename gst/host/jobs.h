// The pieces of a scene that threads draw.
#pragma once

#include <vector>

#include "core/regions.h"

namespace quad::host {

// Rows [begin, end) of raster `plane` of a region, or of a turned tile. A region's job draws
// `planes` rasters from there on; then the rows are those of the first.
struct Job {
  int item;
  int plane;
  int planes;
  int begin;
  int end;
};

// Into how many pieces work is cut: enough to keep all threads busy until the end.
int pieces_for (int threads);

// Cuts the rows of `all` for so many threads.
void add_jobs (std::vector<Job> &jobs, const Job &all, int threads);

// Replaces `jobs` by those of all regions of a scene.
void set_region_jobs (std::vector<Job> &jobs, const Scene &scene, const Regions &regions,
                      int threads);

}  // namespace quad::host
