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

// With its facts ("setting:beach", "main:tiger", "thing:tiger", "number:lemon=3", ...), and the claims of a
// short caption that says the main thing and the setting.
Described describe(Scene scene, std::string caption);

// The facts of one thing.
std::vector<std::string> facts_of(const Item& item);

// One text of sentences.
std::string joined(const std::vector<std::string>& sentences);

}  // namespace longclip::scenes
