// Compiled once a program: what most tests without GStreamer include. Headers of the project stay
// out, as they change. Each test still includes what it uses: `meson setup -Db_pch=false` shows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>
