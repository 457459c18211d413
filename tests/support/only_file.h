// One program holds the tests of many files, and each file is a test of meson's: its own process
// and limit.
#pragma once

namespace quad::test {

// If `argv` names a source file by the end of its path, as in `elements-grid grid/free_test.cpp
// --gtest_filter=...`, only its tests run. Call it after InitGoogleTest, which removes its own
// arguments. Exits with 2 if no test fits, so that a renamed file is noticed.
void keep_only_file (int argc, char **argv);

}  // namespace quad::test
