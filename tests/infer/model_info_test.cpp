// The files that describe models.
#include <gtest/gtest.h>

#include "helpers.h"
#include "infer/model_info.h"

namespace quad::infer {
namespace {

constexpr char kWhole[] =
    "[modelinfo]\n"
    "version=1.0\n"
    "group-id=persons\n"
    "\n"
    "# What goes in.\n"
    "[picture]\n"
    "dir=input\n"
    "type=float32\n"
    "dims=1,-1,-1,3\n"
    "ranges=0.0,255.0; -1.0 , 1.0 ;0,1e0\n"
    "[mask]\n"
    "dir=output\n"
    "type=uint8\n"
    "dims=1,256,256\n"
    "dims-order=col-major\n"
    "id=person-mask\n"
    "[other]\n"
    "type=int64\n";

class ModelInfoTest : public testing::Test {
 protected:
  std::optional<ModelInfo> read (const std::string &content,
                                 const std::string &name = "model.onnx.modelinfo")
  {
    file_ = folder_.write (name, content);
    return read_model_info (folder_.path () + "/model.onnx", problem_);
  }
  ModelInfo whole (const std::string &content)
  {
    const auto info = read (content);
    EXPECT_TRUE (info) << problem_;
    return info.value_or (ModelInfo{});
  }

  Folder folder_;
  std::string file_, problem_;
};

TEST_F (ModelInfoTest, Everything)
{
  const ModelInfo info = whole (kWhole);
  EXPECT_EQ (info.file, file_);
  EXPECT_EQ (info.group_id, "persons");
  ASSERT_EQ (info.tensors.size (), 3u);
  EXPECT_EQ (info.tensors[0], (TensorSection{.name = "picture",
                                             .direction = Direction::input,
                                             .type = "float32",
                                             .dims = {{1, -1, -1, 3}},
                                             .ranges = {{0, 255}, {-1, 1}, {0, 1}}}));
  EXPECT_EQ (info.tensors[1], (TensorSection{.name = "mask",
                                             .direction = Direction::output,
                                             .type = "uint8",
                                             .dims = {{1, 256, 256}},
                                             .id = "person-mask",
                                             .column_major = true}));
  EXPECT_EQ (info.tensors[2], (TensorSection{.name = "other", .type = "int64"}));
}

TEST_F (ModelInfoTest, ScalesOfRanges)
{
  EXPECT_EQ ((Range{0, 255}.scale ()), 1);
  EXPECT_EQ ((Range{-1, 1}.scale ()), 2 / 255.);
  EXPECT_EQ ((Range{1, 0}.scale ()), -1 / 255.);
}

TEST_F (ModelInfoTest, WhereItLies)
{
  EXPECT_FALSE (read_model_info (folder_.path () + "/model.onnx", problem_));
  EXPECT_EQ (problem_, "");
  EXPECT_TRUE (read (kWhole, "model.modelinfo"));
  // The longer name comes first.
  const auto info = read ("[modelinfo]\nversion=1.0\ngroup-id=b\n");
  ASSERT_TRUE (info);
  EXPECT_EQ (info->group_id, "b");
  // A folder's dot is not the file's.
  std::filesystem::create_directory (folder_.path () + "/v1.2");
  folder_.write ("v1.modelinfo", kWhole);
  EXPECT_FALSE (read_model_info (folder_.path () + "/v1.2/model", problem_));
}

TEST_F (ModelInfoTest, Placeholders)
{
  const ModelInfo info = whole (
      "[modelinfo]\nversion=1.0\ngroup-id=PLACEHOLDER_GROUP\n[a]\ntype=int8\nid=PLACEHOLDER\n");
  EXPECT_EQ (info.group_id, "");
  EXPECT_EQ (info.tensors.at (0).id, "");
}

TEST_F (ModelInfoTest, FindsByNameIndexAndShape)
{
  const ModelInfo info = whole (
      "[modelinfo]\nversion=1.7\n"
      "[a]\ndir=input\ntype=float32\ndims=1,-1,3\n"
      "[b]\ndir=output\ntype=float32\ndims=1,8\n"
      "[c]\ndir=output\ntype=float32\ndims=1,8\n"
      "[d]\ndir=output\ntype=uint8\n"
      "[e]\ndir=output\ntype=float32\ndims=2\n");
  const auto found = [&] (Direction direction, std::size_t index, const char *name,
                          ElementType type, std::vector<std::int64_t> shape) -> std::string {
    const TensorSection *section = info.find (direction, index, {name, type, std::move (shape)});
    return section ? section->name : "";
  };
  constexpr auto kIn = Direction::input, kOut = Direction::output;
  constexpr auto kFloat = ElementType::float32, kByte = ElementType::uint8;
  EXPECT_EQ (found (kIn, 0, "a", kFloat, {1, 9, 3}), "a");
  EXPECT_EQ (found (kIn, 0, "a", kFloat, {1, -1, 3}), "a");
  EXPECT_EQ (found (kIn, 0, "a", kFloat, {1, 9, 4}), "");
  EXPECT_EQ (found (kIn, 0, "a", kFloat, {9, 3}), "");
  EXPECT_EQ (found (kIn, 0, "a", kByte, {1, 9, 3}), "");
  EXPECT_EQ (found (kIn, 0, "a", ElementType::other, {1, 9, 3}), "");
  EXPECT_EQ (found (kIn, 5, "renamed", kFloat, {1, 9, 3}), "a");
  // A size that the model leaves open is what the file says.
  EXPECT_EQ (found (kIn, 0, "a", kFloat, {-1, 9, 3}), "a");
  EXPECT_EQ (found (kIn, 0, "a", kFloat, {2, 9, 3}), "");
  // The name counts more than the index.
  EXPECT_EQ (found (kOut, 0, "c", kFloat, {1, 8}), "c");
  // The same shape twice: by index.
  EXPECT_EQ (found (kOut, 0, "x", kFloat, {1, 8}), "b");
  EXPECT_EQ (found (kOut, 1, "x", kFloat, {1, 8}), "c");
  // No sizes: by name or index only.
  EXPECT_EQ (found (kOut, 2, "x", kByte, {5, 5}), "d");
  EXPECT_EQ (found (kOut, 0, "x", kByte, {5, 5}), "");
  EXPECT_EQ (found (kOut, 0, "x", kFloat, {2}), "e");
}

struct Fault {
  const char *content, *problem;  // after the file
};

TEST_F (ModelInfoTest, Faults)
{
  const Fault faults[] = {
      {"", " has no section [modelinfo]: make it again with GStreamer's modelinfo-generator.py."},
      {"[input]\ntype=float32\n",
       " has no section [modelinfo]: make it again with GStreamer's modelinfo-generator.py."},
      {"[modelinfo]\n", ", section [modelinfo]: there is no version."},
      {"[modelinfo]\nversion=1\n", ", section [modelinfo]: the version is 1, and not such as 1.0."},
      {"[modelinfo]\nversion=1.0.0\n",
       ", section [modelinfo]: the version is 1.0.0, and not such as 1.0."},
      {"[modelinfo]\nversion=.\n", ", section [modelinfo]: the version is ., and not such as 1.0."},
      {"[modelinfo]\nversion=2.0\n",
       ", section [modelinfo]: the version is 2.0, but only 1.0 is known."},
      {"[a]\n", ", section [a]: the type is '', which is none of GStreamer's."},
      {"[a]\ntype=float\n", ", section [a]: the type is 'float', which is none of GStreamer's."},
      {"[a]\ntype=int8\ndir=in\n", ", section [a]: dir is 'in', and neither input nor output."},
      {"[a]\ntype=int8\ndims-order=any\n",
       ", section [a]: dims-order is 'any', and neither row-major nor col-major."},
      {"[a]\ntype=int8\nranges=0\n",
       ", section [a]: ranges are '0', and not such as 0.0,1.0;0.0,1.0;0.0,1.0."},
      {"[a]\ntype=int8\nranges=0,1;\n",
       ", section [a]: ranges are '0,1;', and not such as 0.0,1.0;0.0,1.0;0.0,1.0."},
      {"[a]\ntype=int8\nranges=0,1,2\n",
       ", section [a]: ranges are '0,1,2', and not such as 0.0,1.0;0.0,1.0;0.0,1.0."},
      {"[a]\ntype=int8\nranges=0,nan\n",
       ", section [a]: ranges are '0,nan', and not such as 0.0,1.0;0.0,1.0;0.0,1.0."},
      {"[a]\ntype=int8\nranges=PLACEHOLDER\n",
       ", section [a]: ranges are not filled in: write what the model was trained with, such as "
       "0.0,1.0."},
  };
  for (const Fault &fault : faults) {
    const std::string content = fault.content;
    const bool is_tensor = content.starts_with ("[a]");
    EXPECT_FALSE (read ((is_tensor ? "[modelinfo]\nversion=1.0\n" : "") + content));
    EXPECT_EQ (problem_, file_ + fault.problem) << content;
  }
}

// GLib's words come behind ours.
TEST_F (ModelInfoTest, FaultsThatGlibFinds)
{
  EXPECT_FALSE (read ("[modelinfo]\nversion=1.0\n[a]\ntype=int8\ndims=1,two\n"));
  EXPECT_TRUE (problem_.starts_with (file_ + ", section [a]: dims cannot be read: ")) << problem_;
  EXPECT_TRUE (contains (problem_, "two")) << problem_;
  EXPECT_FALSE (read ("this is no ini file\n"));
  EXPECT_TRUE (problem_.starts_with (file_ + " cannot be read: ")) << problem_;
  EXPECT_FALSE (read ("[modelinfo\nversion=1.0\n"));
  EXPECT_TRUE (contains (problem_, "cannot be read")) << problem_;
  EXPECT_FALSE (
      read (std::string ("\x7f"
                         "ELF\0\1\2",
                         7)));
  EXPECT_NE (problem_, "");
  std::filesystem::remove (file_);
  std::filesystem::create_directory (file_);
  EXPECT_FALSE (read_model_info (folder_.path () + "/model.onnx", problem_));
  EXPECT_TRUE (contains (problem_, "cannot be read")) << problem_;
}

}  // namespace
}  // namespace quad::infer
