#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <longclip/export.h>
#include <longclip/precision.h>

namespace longclip {

// A published checkpoint that fetch() knows.
struct PublishedModel {
  std::string name;        // "longclip-b"
  std::string repository;  // on the Hugging Face hub
  std::string file;
};
LONGCLIP_EXPORT const std::vector<PublishedModel>& published_models();

struct FetchOptions {
  std::filesystem::path directory;  // where packages live; empty: models_directory()
  std::string endpoint;             // empty: HF_ENDPOINT, else the public hub
  std::string token;                // empty: HF_TOKEN, else the one that `hf auth login` keeps
  Precision precision = Precision::fp32;
  bool overwrite = false;
  // Bytes of the file so far and in all (0 while unknown); told on while the whole is converted.
  // Return false to stop: what was downloaded stays, and the next call goes on from there.
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress;
};

// Where packages are kept for a user: LONGCLIP_HOME/models, else XDG_DATA_HOME/longclip/models,
// else ~/.local/share/longclip/models.
LONGCLIP_EXPORT std::filesystem::path models_directory();

// Downloads a published checkpoint, checks it by the SHA-256 that the hub states, converts it
// and returns the package's folder, at once if it is there already, whatever its precision. Throws
// InvalidInput (unknown name, something else in the package's place) and InvalidFile (no network,
// refused, wrong hash, error page), each with the remedy; Error where progress stopped it.
// HF_HUB_OFFLINE is obeyed.
LONGCLIP_EXPORT std::filesystem::path fetch(const std::string& name, const FetchOptions& options = {});

// The folder of a package: `name_or_path` itself if it is one, else a package of that name in
// models_directory() or among those installed with the library. (A folder that is none is returned
// where there is no other, and loading it says what it lacks.) Throws InvalidFile and says how to have
// one.
LONGCLIP_EXPORT std::filesystem::path find_package(const std::string& name_or_path);

}  // namespace longclip
