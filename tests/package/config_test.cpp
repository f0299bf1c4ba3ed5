#include "package/config.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <longclip/error.h>

namespace longclip::package {
namespace {

using nlohmann::json;

// A config as docs/package.md describes it, written by hand.
json valid() {
  return json::parse(R"({
    "format": "longclip-package", "format_version": 1, "name": "n", "embedding_size": 32, "logit_scale": 100.0,
    "precision": "fp32",
    "image": {"size": 224, "patch": 32, "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3], "interpolation": "bicubic",
              "width": 64, "layers": 2, "heads": 1, "activation": "quick_gelu"},
    "text": {"context_length": 248, "vocabulary_size": 49408, "width": 64, "layers": 3, "heads": 1,
             "activation": "quick_gelu", "pad_id": 0, "tokenizer": {"kind": "clip-bpe", "file": "tokenizer.bpe.gz"},
             "positions": {"source_length": 77, "kept": 20, "ratio": 4}},
    "files": {"vision.pt": "00", "text.pt": "11"}, "source": "s"})");
}

// The error for a config with one change; empty if it is taken.
std::string reason(const std::function<void(json&)>& change) {
  json document = valid();
  change(document);
  try {
    parse_config(document.dump(), "config.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Config, ReadsEveryField) {
  const Config config = parse_config(valid().dump(), "config.json");
  EXPECT_EQ(config.name, "n");
  EXPECT_EQ(config.architecture.embedding_size, 32);
  EXPECT_EQ(config.logit_scale, 100.0F);
  EXPECT_EQ(config.architecture.image_size, 224);
  EXPECT_EQ(config.architecture.patch_size, 32);
  EXPECT_EQ(config.architecture.vision.layers, 2);
  EXPECT_EQ(config.architecture.vision.mlp, 256) << "4 * width where it is not said";
  EXPECT_EQ(config.mean[1], 0.4);
  EXPECT_EQ(config.std[2], 0.3);
  EXPECT_EQ(config.architecture.context_length, 248);
  EXPECT_EQ(config.architecture.text.layers, 3);
  EXPECT_EQ(config.tokenizer_file, "tokenizer.bpe.gz");
  EXPECT_EQ(config.positions.source_length, 77);
  EXPECT_EQ(config.files.at("text.pt"), "11");
}

TEST(Config, WritesWhatItReadsUnknownFieldsIncluded) {
  json document = valid();
  document["added_later"] = {{"a", 1}};
  const Config config = parse_config(document.dump(), "config.json");
  const json written = json::parse(to_text(config));
  EXPECT_EQ(written["added_later"], document["added_later"]);
  for (const auto& [key, value] : document.items()) {
    if (key != "image" && key != "text") {
      EXPECT_EQ(written[key], value) << key;
    }
  }
  for (const char* tower : {"image", "text"}) {
    for (const auto& [key, value] : document[tower].items()) EXPECT_EQ(written[tower][key], value) << tower << key;
  }
}

TEST(Config, PositionsThatAreNotDescribedAreAsPublished) {
  json document = valid();
  document["text"].erase("positions");
  const std::string written = to_text(parse_config(document.dump(), "config.json"));
  const json wanted = {{"source_length", 248}, {"kept", 248}, {"ratio", 1}};
  EXPECT_EQ(json::parse(written)["text"]["positions"], wanted);
  EXPECT_EQ(to_text(parse_config(written, "written")), written);
}

TEST(Config, EitherTowerMayBeMissingNotBoth) {
  EXPECT_EQ(reason([](json& j) { j.erase("image"); }), "");
  EXPECT_EQ(reason([](json& j) { j.erase("text"); }), "");
  EXPECT_NE(reason([](json& j) { j.erase("image"), j.erase("text"); }), "");
}

TEST(Config, RefusesANewerFormatAsUnsupported) {
  json document = valid();
  document["format_version"] = 2;
  EXPECT_THROW(parse_config(document.dump(), "config.json"), UnsupportedModel);
}

TEST(Config, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<std::string, std::function<void(json&)>>> cases{
      {"format", [](json& j) { j["format"] = "other"; }},
      {"format", [](json& j) { j.erase("format"); }},
      {"format_version", [](json& j) { j["format_version"] = 0; }},
      {"name", [](json& j) { j["name"] = 3; }},
      {"embedding_size", [](json& j) { j["embedding_size"] = 0; }},
      {"embedding_size", [](json& j) { j["embedding_size"] = 18446744073709551615ULL; }},
      {"embedding_size", [](json& j) { j["embedding_size"] = 32.5; }},
      {"logit_scale", [](json& j) { j["logit_scale"] = "100"; }},
      {"logit_scale", [](json& j) { j["logit_scale"] = 0; }},
      {"precision", [](json& j) { j["precision"] = "fp8"; }},
      {"image is not an object", [](json& j) { j["image"] = 1; }},
      {"image.patch", [](json& j) { j["image"]["patch"] = 225; }},
      {"image.patch", [](json& j) { j["image"]["patch"] = 33; }},
      {"image.size", [](json& j) { j["image"]["size"] = 8224; }},
      {"image.heads", [](json& j) { j["image"]["heads"] = 5; }},
      {"image.activation", [](json& j) { j["image"]["activation"] = "GELU"; }},
      {"text.activation", [](json& j) { j["text"]["activation"] = "relu"; }},
      {"different activations", [](json& j) { j["text"]["activation"] = "gelu"; }},
      {"image.mean",
       [](json& j) {
         j["image"]["mean"] = {1, 2};
       }},
      {"image.std",
       [](json& j) {
         j["image"]["std"] = {1, 0, 1};
       }},
      {"image.std",
       [](json& j) {
         j["image"]["std"] = {1, 1e-300, 1};  // 0 as a float
       }},
      {"image.interpolation", [](json& j) { j["image"]["interpolation"] = "nearest"; }},
      {"image.layers", [](json& j) { j["image"].erase("layers"); }},
      {"text.context_length", [](json& j) { j["text"]["context_length"] = -1; }},
      {"text.pad_id", [](json& j) { j["text"]["pad_id"] = 49408; }},
      {"text.tokenizer.kind", [](json& j) { j["text"]["tokenizer"].erase("kind"); }},
      {"text.positions.ratio", [](json& j) { j["text"]["positions"]["ratio"] = 0; }},
      {"files.vision.pt", [](json& j) { j["files"]["vision.pt"] = 1; }},
  };
  for (const auto& [field, change] : cases) EXPECT_NE(reason(change).find(field), std::string::npos) << field;
}

TEST(Config, NamesNoFileOutsideThePackage) {
  for (const char* name : {"../merges", "/etc/passwd", "a/b", "..", ""}) {
    EXPECT_NE(reason([&](json& j) { j["text"]["tokenizer"]["file"] = name; }).find("text.tokenizer.file"),
              std::string::npos)
        << name;
    EXPECT_NE(reason([&](json& j) { j["files"][name] = "00"; }).find("files"), std::string::npos) << name;
  }
}

TEST(Config, WritesANameThatIsNoUtf8) {
  Config config = parse_config(valid().dump(), "config.json");
  config.name = "caf\xe9";
  EXPECT_EQ(parse_config(to_text(config), "config.json").name, "caf\xef\xbf\xbd");
}

TEST(Config, ChangedInAnyByteIsReadOrRefused) {
  const std::string text = valid().dump();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const int change : {0x01, 0x10, 0x80, 0xff}) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ change);
      try {
        parse_config(changed, "config.json");
      } catch (const Error&) {  // anything else escapes, and fails
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 2 * text.size());
}

TEST(Config, ADocumentCutShortAnywhereIsAnError) {
  const std::string text = valid().dump();
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_THROW(parse_config(text.substr(0, length), "config.json"), InvalidFile) << length;
  }
}

}  // namespace
}  // namespace longclip::package
