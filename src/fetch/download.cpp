#include "fetch/download.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <system_error>
#include <thread>

#include <longclip/error.h>

#include "fetch/part_file.h"
#include "io/sha256.h"

namespace longclip::hub {
namespace {

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + 999999) / 1000000) + " MB"; }

// What is in a file that is not the one it was said to be.
std::string describe(const std::filesystem::path& path) {
  std::array<char, 512> buffer{};
  std::ifstream(path, std::ios::binary).read(buffer.data(), buffer.size() - 1);
  std::string begin = buffer.data();
  begin.erase(0, begin.find_first_not_of(" \t\r\n"));
  std::transform(begin.begin(), begin.end(), begin.begin(), [](unsigned char c) { return std::tolower(c); });
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html")) {
    return "a web page came in place of it: a proxy or a login page stands between: sign in there, or check "
           "HF_ENDPOINT";
  }
  if (begin.starts_with("version https://git-lfs")) {
    return "a Git LFS pointer came in place of it: HF_ENDPOINT names a server without the large files";
  }
  return "its SHA-256 is not the one that the hub states, and it was removed: fetch it again";
}

class Downloader {
 public:
  Downloader(const Hub& hub, const PublishedModel& model, const std::filesystem::path& folder,
             const std::function<bool(std::uint64_t, std::uint64_t)>& progress)
      : hub_(hub), model_(model), folder_(folder), progress_(progress) {}

  Download run(const Patience& patience) {
    int tries = 0;
    auto wait = patience.first_wait;
    while (true) {
      const std::uint64_t before = furthest_;
      try {
        return attempt();
      } catch (const Outage& outage) {
        if (outage.kind() == Outage::Kind::unreachable && !located_) {
          fail(hub_.origin() + " cannot be reached (" + outage.what() + "): check the network, or " +
               without_hub(model_));
        }
        if (furthest_ > before) {
          tries = 0;
          wait = patience.first_wait;
        }
        if (++tries == patience.tries) give_up(outage);
        sleep(std::max<std::chrono::milliseconds>(wait, outage.wait()));
        wait *= 2;
      }
    }
  }

 private:
  // One description by the hub and one transfer: an address that the hub signs is good for some
  // minutes only, and its file may have changed.
  Download attempt() {
    const RemoteFile remote = hub_.locate(model_.repository, model_.file, [this] { report(); });
    PartFile part(folder_, model_.file, remote.sha256);
    if (!located_) inherited_ = part.size() > 0;
    located_ = true;
    if (remote.size != 0 && part.size() > remote.size) part.write(0, {});
    total_ = remote.size;
    at(part.size());
    if (remote.size == 0 || part.size() < remote.size) receive(remote, part);
    if (part.size() < remote.size) {
      throw Outage(Outage::Kind::broken, "the connection ended before the file");
    }
    if (io::sha256_of_file(part.path()) != remote.sha256) {
      const std::string reason = describe(part.path());
      part.discard();
      if (!inherited_) fail(reason);
      // A power cut can leave a part that is not what was sent.
      inherited_ = false;
      at(furthest_ = 0);
      throw Outage(Outage::Kind::broken, "what an earlier call left was damaged");
    }
    return {part.path(), remote};
  }

  void receive(const RemoteFile& remote, PartFile& part) {
    require_space(remote.size, part.size());
    const auto piece = [&](std::uint64_t offset, std::span<const std::byte> bytes) {
      // More than was stated is not written: there is no end to what a server can send.
      if (remote.size != 0 && bytes.size() > remote.size - std::min(remote.size, offset)) {
        part.discard();
        fail(remote.url.origin() + " sends more than the " + std::to_string(remote.size) +
             " bytes that the hub states: fetch it again");
      }
      part.write(offset, bytes);
      at(part.size());
    };
    hub_.read(remote, part.size(), piece, [this] { report(); });
  }

  // Room for the rest, and for a package of about the same size.
  void require_space(std::uint64_t size, std::uint64_t present) const {
    std::error_code error;
    const auto space = std::filesystem::space(folder_, error);
    if (error || size == 0) return;
    const std::uint64_t rest = size - std::min(size, present);
    if (space.available >= size && space.available - size >= rest) return;
    fail("needs " + megabytes(size) + " for its package and " + megabytes(rest) + " for its download, and " +
         folder_.string() + " has room for " + megabytes(space.available) +
         ": make room, or set LONGCLIP_HOME to another folder");
  }

  void at(std::uint64_t done) {
    done_ = done;
    furthest_ = std::max(furthest_, done);
    report();
  }

  void report() const {
    if (!progress_ || progress_(done_, total_)) return;
    throw Error(model_.name + ": stopped after " + megabytes(done_) + ": fetch it again to go on from there");
  }

  // In small steps, so that the caller can stop it.
  void sleep(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      report();
      std::this_thread::sleep_for(std::min(time, std::chrono::milliseconds(100)));
    }
  }

  [[noreturn]] void give_up(const Outage& outage) const {
    if (done_ == 0) {
      fail(std::string("nothing came (") + outage.what() + "): try again later, or " + without_hub(model_));
    }
    fail("the download broke off after " + megabytes(done_) + " (" + outage.what() +
         "): fetch it again to go on from there");
  }

  [[noreturn]] void fail(const std::string& reason) const { throw InvalidFile(model_.name + ": " + reason); }

  const Hub& hub_;
  const PublishedModel& model_;
  const std::filesystem::path& folder_;
  const std::function<bool(std::uint64_t, std::uint64_t)>& progress_;
  bool located_ = false;
  bool inherited_ = false;  // the part holds what an earlier call left
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t furthest_ = 0;  // of all tries: a server may begin anew each time
};

}  // namespace

std::string without_hub(const PublishedModel& model) {
  return "make a package of a file at hand: longclip convert " + model.file + " " + model.name;
}

Download download(const Hub& hub, const PublishedModel& model, const std::filesystem::path& folder,
                  const std::function<bool(std::uint64_t, std::uint64_t)>& progress, const Patience& patience) {
  return Downloader(hub, model, folder, progress).run(patience);
}

}  // namespace longclip::hub
