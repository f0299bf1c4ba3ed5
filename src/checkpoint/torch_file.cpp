#include "checkpoint/torch_file.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "checkpoint/cursor.h"
#include "checkpoint/pickle.h"
#include "checkpoint/torch_values.h"
#include "checkpoint/zip.h"

namespace longclip::checkpoint {
namespace {

constexpr std::string_view kObject = "data.pkl";

// torch.serialization.MAGIC_NUMBER, 0x1950a86a20f9469cfc6c, as a pickled long.
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyProtocol = 1001;

// Tensors may share a storage, but not so often that copying them all would surprise.
constexpr std::uint64_t kMaxSharing = 4;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TensorFile read_tensors(const Source& source, const Value& root, std::string format,
                        const std::function<std::span<const std::byte>(const Storage&)>& find) {
  const StateDict state = find_state_dict(source, root);
  TensorFile file;
  file.format = std::move(format) + (state.nesting.empty() ? "" : ", " + state.nesting);
  std::uint64_t bytes = 0;
  for (const auto& [name, value] : state.tensors) {
    Tensor tensor = read_tensor(source, name, *value, find);
    bytes += static_cast<std::uint64_t>(tensor.elements()) * size_of(tensor.dtype);
    if (bytes / kMaxSharing > source.bytes.size()) fail(source, "its tensors are larger than the file");
    add_tensor(file, source, name, std::move(tensor));
  }
  return file;
}

// The folder in the archive that holds data.pkl, with its slash; empty at the top.
std::string_view find_folder(const Source& source, const Zip& zip) {
  std::optional<std::string_view> folder;
  for (const auto& [name, entry] : zip.entries()) {
    if (name != kObject && !name.ends_with("/data.pkl")) continue;
    if (folder) fail(source, "a zip archive with several checkpoints; unpack the one that is meant");
    folder = name.substr(0, name.size() - kObject.size());
  }
  if (!folder) fail(source, "a zip archive without data.pkl: not a PyTorch checkpoint");
  return *folder;
}

Pickle read_whole(const Source& source, std::span<const std::byte> bytes, std::string_view name) {
  Cursor cursor{source, bytes, std::string(name)};
  Pickle pickle = read_pickle(cursor);
  if (cursor.remaining() != 0) cursor.fail("bytes behind the pickle's end");
  return pickle;
}

void check_legacy_system(const Source& source, const Value& info) {
  for (std::size_t i = 0; info.kind == Value::Kind::dict && i + 1 < info.items.size(); i += 2) {
    if (info.items[i]->is_text() && info.items[i]->text == "little_endian" && info.items[i + 1]->integer == 1) return;
  }
  fail(source, "was saved on a big-endian machine; save it again on a little-endian one");
}

// The storages behind the pickles, by key: the element count, then the elements.
std::map<std::string_view, std::span<const std::byte>> read_legacy_storages(const Source& source, Cursor& cursor,
                                                                            const Pickle& object, const Value& keys) {
  std::map<std::string_view, Storage> named;
  for (const Value& value : object.values) {
    if (value.kind != Value::Kind::persistent) continue;
    const Storage storage = read_storage(source, value);
    named.emplace(storage.key, storage);
  }
  if (keys.kind != Value::Kind::list) fail(source, "has no list of storages");
  std::map<std::string_view, std::span<const std::byte>> storages;
  for (const Value* key : keys.items) {
    const auto storage = key->is_text() ? named.find(key->text) : named.end();
    if (storage == named.end()) fail(source, "has a storage that nothing refers to");
    if (cursor.read<std::uint64_t>() != static_cast<std::uint64_t>(storage->second.elements)) {
      cursor.fail("a storage of another size than the pickle says");
    }
    storages[key->text] = cursor.take(static_cast<std::uint64_t>(storage->second.bytes));
  }
  if (cursor.remaining() != 0) cursor.fail("bytes behind the last storage");
  return storages;
}

}  // namespace

TensorFile read_torch_zip(const Source& source) {
  const Zip zip(source);
  const std::string folder{find_folder(source, zip)};
  if (const auto order = zip.find(folder + "byteorder"); order && as_text(*order) != "little") {
    fail(source,
         "was saved in byte order " + printable(as_text(*order)) + "; save it again on a little-endian machine");
  }
  const bool script = zip.find(folder + "constants.pkl").has_value();
  const Pickle object = read_whole(source, *zip.find(folder + std::string(kObject)), kObject);
  return read_tensors(source, *object.root, script ? "TorchScript archive" : "PyTorch zip",
                      [&](const Storage& storage) {
                        const auto bytes = zip.find(folder + "data/" + std::string(storage.key));
                        if (!bytes) fail(source, "the storage " + printable(storage.key) + " is missing");
                        return *bytes;
                      });
}

bool is_torch_legacy(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x80} && bytes[1] <= std::byte{5};
}

TensorFile read_torch_legacy(const Source& source) {
  Cursor cursor{source, source.bytes};
  const Pickle magic = read_pickle(cursor);
  if (magic.root->kind != Value::Kind::long_integer || magic.root->text != kLegacyMagic) {
    fail(source, "a pickle, but not one that torch.save wrote");
  }
  const Pickle protocol = read_pickle(cursor);
  if (protocol.root->kind != Value::Kind::integer || protocol.root->integer != kLegacyProtocol) {
    fail(source, "a PyTorch file of an unknown protocol");
  }
  const Pickle system = read_pickle(cursor);
  check_legacy_system(source, *system.root);
  const Pickle object = read_pickle(cursor);
  const Pickle keys = read_pickle(cursor);
  const auto storages = read_legacy_storages(source, cursor, object, *keys.root);
  return read_tensors(source, *object.root, "PyTorch legacy pickle", [&](const Storage& storage) {
    const auto found = storages.find(storage.key);
    if (found == storages.end()) fail(source, "the storage " + printable(storage.key) + " is missing");
    return found->second;
  });
}

}  // namespace longclip::checkpoint
