#pragma once

#include <string>
#include <vector>

#include "scenes/scene.h"

namespace longclip::scenes {

// A scene and what is said of it: a record of captions.json.
struct Described {
  Scene scene;
  std::string caption;  // the long one; its first sentence is the short one
  std::vector<std::string> facts;
  std::vector<std::string> claims;
  int group = -1;
  std::string detail;
  int detail_token = -1;
};

// "setting:beach", "main:tiger", "thing:tiger", "number:lemon=3", ...
std::vector<std::string> facts_of(const Scene& scene);

// Those of one of its things.
std::vector<std::string> facts_of(const Item& item);

// What the short caption of a scene says: its main thing and its setting.
std::vector<std::string> claims_of(const Scene& scene);

// One text of sentences.
std::string joined(const std::vector<std::string>& sentences);

}  // namespace longclip::scenes
