// One program holds the tests of many files, and each file is a test of meson's: its own process
// and limit.
#pragma once

namespace quad::test {

// Leaves the tests of one source file where `argv` names it by the end of its path, as in
// `elements-grid grid/free_test.cpp --gtest_filter=...`. Call it after InitGoogleTest, which takes
// its own arguments out. Exits with 2 where no test fits, so that a file that is renamed is not
// passed over.
void keep_only_file (int argc, char **argv);

}  // namespace quad::test
