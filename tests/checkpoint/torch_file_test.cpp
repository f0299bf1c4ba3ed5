// Files that PyTorch itself wrote (tests/data/checkpoint/make.py), and hostile ones made by hand.
#include "checkpoint/torch_file.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "checkpoint/bytes.h"
#include "checkpoint/checkpoint.h"
#include "golden/golden.h"

namespace longclip::checkpoint {
namespace {

using namespace std::string_literals;
using test::contains;
using test::little;
using test::source_of;
using test::torch_zip;

std::filesystem::path fixture(const std::string& name) { return golden::data("checkpoint/" + name); }

std::string reason(const std::string& file) {
  return test::reason([&] { read_tensor_file(source_of(file)); });
}

class SmallFile : public testing::TestWithParam<const char*> {};

// The tensors as make.py states them.
TEST_P(SmallFile, GivesEveryTensor) {
  const auto tensors = read_checkpoint(fixture(GetParam())).tensors;
  const auto expect = [&](const std::string& name, DType type, std::vector<std::int64_t> shape,
                          std::vector<float> values) {
    ASSERT_TRUE(tensors.contains(name)) << name;
    const Tensor& tensor = tensors.at(name);
    EXPECT_EQ(tensor.dtype, type) << name;
    EXPECT_EQ(tensor.shape, shape) << name;
    if (is_floating(type)) {
      EXPECT_EQ(to_float(tensor), values) << name;
    }
  };
  EXPECT_EQ(tensors.size(), 9u);
  expect("a.weight", DType::f32, {2, 3}, {0, 0.25f, 0.5f, 0.75f, 1, 1.25f});
  expect("a.halves", DType::f16, {4}, {-2, 0.5f, 65504, 0x1p-24f});
  expect("b.turned", DType::f32, {3, 2}, {0, 3, 1, 4, 2, 5});
  expect("b.part", DType::f32, {3}, {4, 6, 8});
  expect("b.brains", DType::bf16, {2}, {1.5f, -3});
  expect("b.doubles", DType::f64, {1}, {0.1f});
  expect("c.number", DType::i64, {}, {});
  expect("c.flags", DType::b8, {2}, {});
  expect("c.nothing", DType::f32, {0, 5}, {});
  std::int64_t number = 0;
  std::memcpy(&number, tensors.at("c.number").data, sizeof(number));
  EXPECT_EQ(number, 224);
}

INSTANTIATE_TEST_SUITE_P(Formats, SmallFile,
                         testing::Values("small.pt", "small_protocol1.pt", "small_protocol3.pt", "small_protocol4.pt",
                                         "small_protocol5.pt", "small_legacy.pt", "small_script.pt",
                                         "small.safetensors"));

TEST(TorchFile, TakesTheModelOutOfATrainingRun) {
  const Checkpoint checkpoint = read_checkpoint(fixture("training.pt"));
  EXPECT_EQ(checkpoint.format, "PyTorch zip, nested under state_dict");
  ASSERT_EQ(checkpoint.tensors.size(), 2u);
  EXPECT_EQ(to_float(checkpoint.tensors.at("weight")), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(to_float(checkpoint.tensors.at("bias")), (std::vector<float>{5, 6}));
}

TEST(TorchFile, TakesParametersForTensors) {
  EXPECT_EQ(to_float(read_checkpoint(fixture("parameters.pt")).tensors.at("b.part")), (std::vector<float>{4, 6, 8}));
}

TEST(TorchFile, RefusesAWholeModuleAndSaysHowToConvertIt) {
  const std::string line = test::reason([] { read_checkpoint(fixture("whole_module.pt")); });
  EXPECT_TRUE(contains(line, "whole_module.pt")) << line;
  EXPECT_TRUE(contains(line, "TinyCLIP") && contains(line, "torch.save(m.state_dict()")) << line;
}

TEST(TorchFile, RefusesTypesThatItDoesNotKnowByName) {
  EXPECT_TRUE(contains(test::reason([] { read_checkpoint(fixture("complex.pt")); }), "ComplexFloatStorage"));
}

TEST(TorchFile, RefusesACompressedArchive) {
  EXPECT_TRUE(contains(test::reason([] { read_checkpoint(fixture("compressed.pt")); }), "compressed"));
}

TEST(TorchFile, TellsWhatElseAFileIs) {
  EXPECT_TRUE(contains(reason(""), "empty"));
  EXPECT_TRUE(contains(reason("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"));
  EXPECT_TRUE(contains(reason("<!DOCTYPE html><html>"), "web page"));
  EXPECT_TRUE(contains(reason("GGUF\3\0\0\0"s), "GGUF"));
  EXPECT_TRUE(contains(reason("\x1f\x8b\x08\0"s), "gzip"));
  EXPECT_TRUE(contains(reason("just some text"), "not a checkpoint"));
  EXPECT_TRUE(contains(reason(test::ZipWriter().add("word/document.xml", "").finish()), "not a PyTorch checkpoint"));
  EXPECT_TRUE(contains(reason("\x80\x02]."s), "not one that torch.save wrote"));
}

// Pickle opcodes of a state dict, for files made by hand.
std::string text(const std::string& value) { return "X"s + little(static_cast<std::uint32_t>(value.size())) + value; }
std::string number(std::int64_t value) { return "\x8a\x08"s + little(value); }
std::string tuple(const std::string& items) { return "("s + items + "t"; }

struct Made {
  std::string type = "FloatStorage";
  std::string key = text("0");
  std::string numel = number(6);
  std::string offset = number(0);
  std::string shape = tuple(number(2) + number(3));
  std::string strides = tuple(number(3) + number(1));

  std::string tensor() const {
    return "ctorch._utils\n_rebuild_tensor_v2\n(" +
           tuple(text("storage") + "ctorch\n" + type + "\n" + key + text("cpu") + numel) + "Q" + offset + shape +
           strides + "\x89}tR";
  }
  std::string pickle() const { return "\x80\2}" + text("w") + tensor() + "s."; }
  std::string file() const { return torch_zip(pickle(), {std::string(24, '\1')}); }
};

TEST(TorchTensor, MadeByHandIsRead) {
  EXPECT_EQ(reason(Made().file()), "");
  EXPECT_EQ(reason(Made{.offset = number(5), .shape = tuple(number(1)), .strides = tuple(number(9))}.file()), "");
  EXPECT_EQ(reason(Made{.shape = "]", .strides = "]"}.file()), "");
}

TEST(TorchTensor, StaysInsideItsStorage) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  for (const Made& made : {
           Made{.offset = number(1)},
           Made{.offset = number(-1)},
           Made{.offset = number(kHuge)},
           Made{.shape = tuple(number(2) + number(4))},
           Made{.shape = tuple(number(-2) + number(3))},
           Made{.shape = tuple(number(kHuge) + number(kHuge))},
           Made{.shape = tuple(number(0) + number(kHuge) + number(kHuge)),
           .strides = tuple(number(1) + number(1) + number(1))},
           Made{.strides = tuple(number(4) + number(1))},
           Made{.strides = tuple(number(-1) + number(1))},
           Made{.strides = tuple(number(kHuge) + number(1))},
           Made{.offset = number(kHuge), .shape = tuple(number(2)), .strides = tuple(number(kHuge))},
           Made{.strides = tuple(number(1))},
           Made{.shape = tuple(number(1000) + number(1000)),
           .strides = tuple(number(0) + number(0))},  // larger than the file
           Made{.numel = number(7)},
           Made{.numel = number(5), .shape = tuple(number(5)), .strides = tuple(number(1))},
           Made{.numel = number(-1)},
           Made{.numel = number(kHuge)},
           Made{.type = "DoubleStorage"},
           Made{.key = text("1")},
           Made{.key = text("../byteorder")},
           Made{.key = number(0)},
           Made{.offset = text("0")},
           Made{.shape = number(6)},
           Made{.shape = tuple(text("6"))},
           Made{.shape = tuple(std::string(17, 'N')), .strides = tuple(std::string(17, 'N'))},
           Made{.numel = "\x8a\x09" + std::string(9, '\1')},
       }) {
    EXPECT_TRUE(contains(reason(made.file()), "file: ")) << made.pickle();
  }
}

TEST(TorchTensor, ManyViewsOfOneStorageAreNoBomb) {
  std::string pickle = "\x80\2}";
  for (int i = 0; i < 1000; ++i)
    pickle +=
        text("w"s + std::to_string(i)) +
        Made{.key = text("0"), .numel = number(100000), .shape = tuple(number(100000)), .strides = tuple(number(1))}
            .tensor() +
        "s";
  EXPECT_TRUE(contains(reason(torch_zip(pickle + ".", {std::string(400000, '\1')})), "larger than the file"));
}

TEST(TorchTensor, HasAPrintableName) {
  EXPECT_TRUE(contains(reason(torch_zip("\x80\2}" + text("a\nb") + Made().tensor() + "s.", {std::string(24, '\1')})),
                       "printable"));
}

TEST(StateDict, TakesTheLastOfTwoEqualKeysAsPythonDoes) {
  const Made first;
  const Made second{.shape = tuple(number(6)), .strides = tuple(number(1))};
  const auto file = read_tensor_file(source_of(torch_zip(
      "\x80\2}" + text("w") + first.tensor() + "s" + text("w") + second.tensor() + "s.", {std::string(24, '\1')})));
  EXPECT_EQ(file.tensors.at("w").shape.size(), 1u);
}

TEST(StateDict, IsFoundUnderAnyOfItsKeys) {
  for (const std::string key : {"state_dict", "model_state_dict", "model"}) {
    const auto file = read_tensor_file(source_of(torch_zip(
        "\x80\2}" + text("step") + Made().tensor() + "s" + text(key) + "}"s + text("w") + Made().tensor() + "ss.",
        {std::string(24, '\1')})));
    EXPECT_EQ(file.format, "PyTorch zip, nested under " + key);
    EXPECT_TRUE(file.tensors.size() == 1 && file.tensors.contains("w"));
  }
}

TEST(StateDict, MustBeThere) {
  for (const std::string& pickle : {"N."s, "}."s, "]."s, "K\1."s, "}"s + text("epoch") + "K\1s.",
                                    "}"s + text("state_dict") + "}ss.", "}q\0"s + text("state_dict") + "h\0s."s}) {
    EXPECT_NE(reason(torch_zip(pickle)), "") << pickle;
  }
}

TEST(StateDict, LosesTheWrappersThatAllNamesShare) {
  const auto names = [](const std::vector<std::string>& written) {
    std::string pickle = "\x80\2}";
    for (const std::string& name : written) pickle += text(name) + Made().tensor() + "s";
    std::vector<std::string> read;
    for (const auto& [name, tensor] :
         read_checkpoint(source_of(torch_zip(pickle + ".", {std::string(24, '\1')}))).tensors) {
      read.push_back(name);
    }
    return read;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({"module.a", "module.b"}), (Names{"a", "b"}));
  EXPECT_EQ(names({"module._orig_mod.a", "module._orig_mod.b"}), (Names{"a", "b"}));
  EXPECT_EQ(names({"module.a", "b"}), (Names{"b", "module.a"}));
}

TEST(TorchScript, SurvivesModulesThatHoldThemselves) {
  const std::string cycle = "c__torch__\nNet\n)\x81q\0}"s + text("self") + "h\0sb."s;
  EXPECT_TRUE(contains(reason(torch_zip(cycle)), "too many modules"));
  // Each module holds the next one twice: 2^60 paths.
  std::string bomb = "c__torch__\nNet\n)\x81";
  for (int i = 0; i < 60; ++i)
    bomb = bomb + "q\0"s + "0c__torch__\nNet\n)\x81}" + text("a") + "h\0s"s + text("b") + "h\0sb"s;
  EXPECT_TRUE(contains(reason(torch_zip(bomb + ".")), "too many modules"));
}

// Few bytes that stand for very many names.
TEST(TorchScript, SurvivesAttributesThatAreSetVeryOften) {
  const auto module = [](const std::string& name, int times) {
    std::string made = "c__torch__\nNet\n)\x81}" + text(name) + "q\0N"s + "s";  // {name: None}
    for (int i = 0; i < times; ++i) made += "h\0h\0s"s;
    return made + "b.";
  };
  EXPECT_TRUE(contains(reason(torch_zip(module("weight", 1100000))), "too many attributes"));
  EXPECT_TRUE(contains(reason(torch_zip(module(std::string(200000, 'w'), 100))), "too long names"));
}

TEST(TorchZip, NeedsOneCheckpoint) {
  EXPECT_EQ(reason(test::ZipWriter().add("data.pkl", Made().pickle()).add("data/0", std::string(24, '\1')).finish()),
            "");
  EXPECT_EQ(
      reason(test::ZipWriter().add("a/b/data.pkl", Made().pickle()).add("a/b/data/0", std::string(24, '\1')).finish()),
      "");
  EXPECT_TRUE(contains(reason(test::ZipWriter().add("a/data.pkl", "").add("b/data.pkl", "").finish()), "several"));
}

TEST(TorchZip, RefusesBigEndianAndBytesBehindThePickle) {
  EXPECT_TRUE(contains(reason(test::ZipWriter().add("a/byteorder", "big").add("a/data.pkl", "N.").finish()), "'big'"));
  EXPECT_TRUE(contains(reason(torch_zip(Made().pickle() + "N.", {std::string(24, '\1')})), "behind"));
}

TEST(TorchLegacy, ChecksItsStream) {
  const std::string bytes = golden::read_bytes(fixture("small_legacy.pt"));
  ASSERT_EQ(reason(bytes), "");
  EXPECT_TRUE(contains(reason(bytes + '\0'), "behind"));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string copy = bytes;
    copy.replace(copy.find(from), from.size(), to);
    return reason(copy);
  };
  EXPECT_TRUE(contains(changed("M\xe9\x03", "M\xea\x03"), "protocol"));
  EXPECT_TRUE(contains(changed("little_endian"s + "q\x02\x88", "little_endian"s + "q\x02\x89"), "big-endian"));
  EXPECT_TRUE(contains(changed("HalfStorage", "LongStorage"), "another size"));
}

}  // namespace
}  // namespace longclip::checkpoint
