// Manifests: what a line means, and what is said of wrong ones.
#include "tools/quad/batch/manifest.h"

#include <gtest/gtest.h>

#include "folder.h"
#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

std::string problem_of (const std::string &text)
{
  const TestFolder folder;
  try {
    read_manifest (text, folder.rules ());
  } catch (const Problem &problem) {
    return problem.what ();
  }
  return {};
}

TEST (Manifest, WrongLinesAreNamed)
{
  const std::string good = "{\"input\": \"a.mp4\", \"id\": \"a\"}\n";
  struct Row {
    const char *line, *why;
  };
  for (const Row &row : {
           Row{"{", "no JSON"},
           {"[1]", "no JSON object"},
           {"{}", "no `input`"},
           {R"({"input": "x", "inputs": ["y"]})", "both `input` and `inputs`"},
           {R"({"input": 3})", "`input` must be a path"},
           {R"({"input": ""})", "`input` must be a path"},
           {R"({"inputs": []})", "`inputs` must be an array of paths"},
           {R"({"inputs": ["x", 3]})", "`inputs` must be an array of paths"},
           {R"({"input": "http://x/y.mp4"})", "is a URI"},
           {R"({"input": "x", "id": 3})", "`id` must be a string"},
           {R"({"input": "x", "id": "a"})", "the same id as line 1, a"},
           {R"({"input": "x", "output": "a.gif"})", "the same output as line 1, a.gif"},
           {R"({"input": "x", "output": "../x.gif"})", "below the folder"},
           {R"({"input": "x", "output": "/x.gif"})", "below the folder"},
           {R"({"input": "x", "output": "b//x.gif"})", "below the folder"},
           {R"({"input": "x", "output": "b/"})", "below the folder"},
           {R"({"input": "x", "output": "x.json"})", ".json"},
           {R"({"input": "x", "sise": 3})", "`sise` is not known"},
           {R"({"input": "x", "options": []})", "`options` must be an object"},
           {R"({"input": "x", "options": {"--rate": 3}})", "without --"},
           {R"({"input": "x", "options": {"report": "y"}})", "set by `quad batch` itself"},
           {R"({"input": "x", "options": {"rate": {}}})", "the option `rate` must be"},
           {R"({"input": "x\u0000y"})", "a zero byte"},
       }) {
    const std::string said = problem_of (good + "\n" + row.line + "\n");
    EXPECT_NE (said.find ("line 3: "), std::string::npos) << row.line << ": " << said;
    EXPECT_NE (said.find (row.why), std::string::npos) << row.line << ": " << said;
  }
}

TEST (Manifest, ManyWrongLinesAreCounted)
{
  std::string text;
  for (int i = 0; i < 15; i++)
    text += R"({"input": "a.mp4", "unknown)" + std::to_string (i) + "\": 1}\n";
  const std::string said = problem_of (text);
  EXPECT_NE (said.find ("15 lines"), std::string::npos) << said;
  EXPECT_NE (said.find ("line 10:"), std::string::npos) << said;
  EXPECT_EQ (said.find ("line 11:"), std::string::npos) << said;
  EXPECT_NE (said.find ("and 5 more"), std::string::npos) << said;
}

TEST (Manifest, WhatAllLinesHaveIsSaidOnce)
{
  std::string text;
  for (int i = 0; i < 15; i++) text += "{}\n";
  const std::string said = problem_of (text);
  EXPECT_NE (said.find ("15 lines"), std::string::npos) << said;
  EXPECT_NE (said.find ("line 1:"), std::string::npos) << said;
  EXPECT_EQ (said.find ("line 2:"), std::string::npos) << said;
  EXPECT_EQ (said.find ("more"), std::string::npos) << said;
}

TEST (Manifest, AnEmptyOneIsWrong)
{
  EXPECT_NE (problem_of ("\n \n").find ("no lines"), std::string::npos);
}

TEST (Manifest, AnOutputIsNoFolderOfAnother)
{
  const std::string a = R"({"input": "x", "id": "x", "output": "a.gif"})",
                    b = R"({"input": "y", "output": "a.gif/b.gif"})";
  for (const std::string &text : {a + "\n" + b, b + "\n" + a})
    EXPECT_NE (problem_of (text).find ("The output a.gif of one line"), std::string::npos);
}

TEST (Manifest, PathsBeginInItsFolder)
{
  const TestFolder folder;
  const auto jobs =
      read_manifest (R"({"inputs": ["a/../b.mp4", "/c d.mp4"], "id": "x"})", folder.rules ());
  ASSERT_EQ (jobs.size (), 1u);
  ASSERT_EQ (jobs[0].inputs.size (), 2u);
  EXPECT_EQ (jobs[0].inputs[0].path, folder / "b.mp4");
  EXPECT_EQ (jobs[0].inputs[1].path, "/c d.mp4");
  EXPECT_EQ (jobs[0].inputs[0].size, -1);
}

TEST (Manifest, OwnOptionsReplaceTheRecipes)
{
  const TestFolder folder;
  const auto rules = folder.rules ({"--rate", "4", "--loop", "--size=9x9", "--text", "--rate"});
  struct Row {
    const char *options;
    std::vector<std::string> words;
  };
  for (const Row &row : {
           Row{"{}", {"--rate", "4", "--loop", "--size=9x9", "--text", "--rate"}},
           {R"({"size": "8x8"})", {"--rate", "4", "--loop", "--text", "--rate", "--size=8x8"}},
           {R"({"loop": false})", {"--rate", "4", "--size=9x9", "--text", "--rate"}},
           {R"({"loop": true, "dry": true})",
            {"--rate", "4", "--size=9x9", "--text", "--rate", "--loop", "--dry"}},
           {R"({"text": ["-a", 2, 0.5]})",
            {"--rate", "4", "--loop", "--size=9x9", "--text=-a", "--text=2", "--text=0.5"}},
       }) {
    const auto jobs =
        read_manifest (std::string (R"({"input": "x", "options": )") + row.options + "}", rules);
    EXPECT_EQ (jobs[0].options, row.words) << row.options;
  }
}

TEST (Manifest, IdsDependOnTheirLineAlone)
{
  const TestFolder folder;
  const std::string a = R"({"input": "p/c.mp4"})", b = R"({"input": "q/c.mp4"})",
                    c = R"({"input": "q/c.mp4", "options": {"rate": 3}})";
  const auto jobs = read_manifest (a + "\n" + b + "\n" + c, folder.rules ());
  EXPECT_NE (jobs[0].id, jobs[1].id);
  EXPECT_NE (jobs[1].id, jobs[2].id);
  EXPECT_EQ (read_manifest (c, folder.rules ())[0], jobs[2]);
  EXPECT_TRUE (jobs[0].id.starts_with ("c-")) << jobs[0].id;
  EXPECT_EQ (jobs[0].output, jobs[0].id + ".gif");
}

TEST (Manifest, EndingOfResults)
{
  const TestFolder folder;
  Rules rules = folder.rules ();
  for (const char *ending : {".webp", ""}) {
    rules.ending = ending;
    EXPECT_EQ (read_manifest (R"({"input": "x", "id": "a b"})", rules)[0].output,
               std::string ("a b") + ending);
  }
}

TEST (Names, AreDifferentAndPlain)
{
  std::vector<std::string> names;
  for (const std::string &text :
       {std::string ("a/b"), std::string ("a%2Fb"), std::string (".."), std::string ("-x"),
        std::string ("a\nb"), std::string (300, 'x'), std::string (301, 'x'), std::string ("ü")}) {
    const std::string name = escaped_name (text);
    EXPECT_EQ (name.find ('/'), std::string::npos) << name;
    EXPECT_LE (name.size (), 200u);
    EXPECT_TRUE (name[0] != '.' && name[0] != '-') << name;
    EXPECT_EQ (std::ranges::find (names, name), names.end ()) << name;
    names.push_back (name);
  }
  EXPECT_EQ (names[0], "a%2Fb");
  EXPECT_EQ (names.back (), "ü");
  // A character is not cut in two.
  std::string many;
  for (int i = 0; i < 150; i++) many += "ü";
  EXPECT_TRUE (g_utf8_validate (escaped_name (many).c_str (), -1, nullptr));
}

}  // namespace
}  // namespace quad::batch
