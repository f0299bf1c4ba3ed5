#include "checkpoint/torch_values.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace longclip::checkpoint {
namespace {

using Kind = Value::Kind;

// More than any module tree of a CLIP; a pickle can refer to one module very often.
constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxModules = 100000;
constexpr std::size_t kMaxItems = 1000000;
constexpr std::size_t kMaxPathBytes = std::size_t{16} << 20;  // of all names together
constexpr std::size_t kMaxAxes = 16;

struct StorageType {
  std::string_view name;
  DType dtype;
};

constexpr std::array kStorageTypes{
    StorageType{"torch.FloatStorage", DType::f32},
    StorageType{"torch.HalfStorage", DType::f16},
    StorageType{"torch.BFloat16Storage", DType::bf16},
    StorageType{"torch.DoubleStorage", DType::f64},
    StorageType{"torch.LongStorage", DType::i64},
    StorageType{"torch.IntStorage", DType::i32},
    StorageType{"torch.ShortStorage", DType::i16},
    StorageType{"torch.CharStorage", DType::i8},
    StorageType{"torch.ByteStorage", DType::u8},
    StorageType{"torch.BoolStorage", DType::b8},
    StorageType{"torch.storage.UntypedStorage", DType::u8},
};

bool is_tensor_call(const Value& value) {
  return value.is_call("torch._utils._rebuild_tensor_v2") || value.is_call("torch._utils._rebuild_tensor");
}

// The call that rebuilds the tensor, out of the parameter it may be wrapped in; null if `value` is
// no tensor.
const Value* tensor_call(const Value& value) {
  const bool wraps =
      value.is_call("torch._utils._rebuild_parameter") || value.is_call("torch._utils._rebuild_parameter_with_state");
  const Value& inner = wraps && !value.items.empty() ? *value.items[0] : value;
  return is_tensor_call(inner) ? &inner : nullptr;
}

const Value* find_item(const Value& dict, std::string_view key) {
  const Value* found = nullptr;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (dict.items[i]->is_text() && dict.items[i]->text == key) found = dict.items[i + 1];  // the last counts
  }
  return found;
}

bool holds_tensors(const Value& value) {
  if (value.kind == Kind::object) return true;
  if (value.kind != Kind::dict) return false;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    if (value.items[i]->is_text() && tensor_call(*value.items[i + 1]) != nullptr) return true;
  }
  return false;
}

class ModuleWalk {
 public:
  ModuleWalk(const Source& source, StateDict& into) : source_(source), into_(into) {}

  void visit(const Value& module, const std::string& prefix, int depth) {
    if (depth > kMaxDepth || ++modules_ > kMaxModules) fail(source_, "a TorchScript archive with too many modules");
    if (module.items.empty()) return;
    const Value& state = *module.items[0];
    for (std::size_t i = 0; i + 1 < state.items.size(); i += 2) {
      if (!state.items[i]->is_text()) continue;
      const Value& value = *state.items[i + 1];
      const std::string path = prefix + std::string(state.items[i]->text);
      path_bytes_ += path.size();
      if (++items_ > kMaxItems || path_bytes_ > kMaxPathBytes) {
        fail(source_, "a TorchScript archive with too many attributes, or too long names of them");
      }
      if (value.kind == Kind::object) visit(value, path + ".", depth + 1);
      if (tensor_call(value) != nullptr) into_.tensors.emplace_back(path, &value);
    }
  }

 private:
  const Source& source_;
  StateDict& into_;
  std::size_t modules_ = 0;
  std::size_t items_ = 0;
  std::size_t path_bytes_ = 0;
};

std::vector<std::int64_t> read_extents(const Source& source, const std::string& what, const Value& value) {
  const Value* extents = value.is_call("torch.Size") && value.items.size() == 1 ? value.items[0] : &value;
  if (extents->kind != Kind::tuple && extents->kind != Kind::list) fail(source, what + " is no tuple");
  if (extents->items.size() > kMaxAxes) fail(source, what + " has more than 16 axes");
  std::vector<std::int64_t> read;
  for (const Value* extent : extents->items) {
    if (extent->kind != Kind::integer || extent->integer < 0) fail(source, what + " holds no sizes");
    read.push_back(extent->integer);
  }
  return read;
}

// Index of the last element, or nothing if it does not fit.
std::optional<std::int64_t> last_index(std::int64_t offset, const std::vector<std::int64_t>& shape,
                                       const std::vector<std::int64_t>& strides) {
  std::int64_t last = offset;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(shape[axis] - 1, strides[axis], &reach)) return std::nullopt;
    if (__builtin_add_overflow(last, reach, &last)) return std::nullopt;
  }
  return last;
}

}  // namespace

StateDict find_state_dict(const Source& source, const Value& root) {
  constexpr std::array<std::string_view, 3> kWrappers{"state_dict", "model_state_dict", "model"};
  constexpr int kMaxNesting = 4;
  StateDict found;
  const Value* value = &root;
  for (int level = 0; level < kMaxNesting && value->kind == Kind::dict; ++level) {
    const Value* inner = nullptr;
    for (const std::string_view wrapper : kWrappers) {
      const Value* item = find_item(*value, wrapper);
      if (item == nullptr || (item->kind != Kind::dict && item->kind != Kind::object)) continue;
      found.nesting += (found.nesting.empty() ? "nested under " : ".") + std::string(wrapper);
      inner = item;
      break;
    }
    if (inner == nullptr) break;
    value = inner;
  }
  if (!holds_tensors(*value)) fail(source, "holds no state dict: no tensors by name, at the top or under state_dict");
  if (value->kind == Kind::object) {
    ModuleWalk(source, found).visit(*value, "", 0);
    return found;
  }
  // A key that is set twice keeps its last value, as in Python.
  std::map<std::string_view, const Value*> last;
  for (std::size_t i = 0; i + 1 < value->items.size(); i += 2) {
    if (value->items[i]->is_text()) last[value->items[i]->text] = value->items[i + 1];
  }
  for (const auto& [name, item] : last) {
    if (tensor_call(*item) != nullptr) found.tensors.emplace_back(name, item);
  }
  return found;
}

Storage read_storage(const Source& source, const Value& persistent) {
  // ("storage", type, key, location, elements) and, in legacy files, a view, which is None.
  const auto& items = persistent.items;
  if (persistent.kind != Kind::persistent || items.size() < 5 || items.size() > 6 || !items[0]->is_text() ||
      items[0]->text != "storage" || items[1]->kind != Kind::name || !items[2]->is_text() ||
      items[4]->kind != Kind::integer) {
    fail(source, "names a storage in a way that PyTorch does not");
  }
  if (items.size() == 6 && items[5]->kind != Kind::none) {
    fail(source, "holds a view of a storage, as PyTorch before 0.4 wrote; save it again with a newer PyTorch");
  }
  const auto* type = std::find_if(kStorageTypes.begin(), kStorageTypes.end(),
                                  [&](const StorageType& t) { return t.name == items[1]->text; });
  if (type == kStorageTypes.end()) fail(source, "has a storage of type " + printable(items[1]->text));
  const std::int64_t elements = items[4]->integer;
  std::int64_t bytes = 0;
  if (elements < 0 || __builtin_mul_overflow(elements, static_cast<std::int64_t>(size_of(type->dtype)), &bytes)) {
    fail(source, "has a storage of an impossible size");
  }
  return {type->dtype, items[2]->text, elements, bytes};
}

Tensor read_tensor(const Source& source, std::string_view name, const Value& value,
                   const std::function<std::span<const std::byte>(const Storage&)>& find) {
  // (storage, offset, shape, strides, ...)
  const Value* call = tensor_call(value);
  const std::string what = "tensor " + printable(name);
  if (call == nullptr || call->items.size() < 4) fail(source, what + " is not written as PyTorch writes it");
  const auto& arguments = call->items;
  const Storage storage = read_storage(source, *arguments[0]);
  Tensor tensor;
  tensor.dtype = storage.dtype;
  tensor.shape = read_extents(source, "the shape of " + what, *arguments[2]);
  tensor.strides = read_extents(source, "the strides of " + what, *arguments[3]);
  if (tensor.shape.size() != tensor.strides.size()) fail(source, what + " has not as many strides as axes");
  if (arguments[1]->kind != Kind::integer || arguments[1]->integer < 0) fail(source, what + " has no offset");
  const std::int64_t offset = arguments[1]->integer;

  const auto elements = checked_elements(tensor.shape, tensor.dtype);
  if (!elements || *elements > storage.elements) fail(source, what + " has more elements than its storage");
  const auto bytes = find(storage);
  if (bytes.size() != static_cast<std::uint64_t>(storage.bytes)) {
    fail(source, "the storage of " + what + " has " + std::to_string(bytes.size()) + " bytes, not " +
                     std::to_string(storage.bytes));
  }
  tensor.owner = source.owner;
  tensor.file = source.file;
  tensor.data = bytes.data();
  if (*elements == 0) return tensor;
  const auto last = last_index(offset, tensor.shape, tensor.strides);
  if (!last || *last >= storage.elements) fail(source, what + " reaches outside its storage");
  tensor.data += offset * static_cast<std::int64_t>(size_of(tensor.dtype));
  return tensor;
}

}  // namespace longclip::checkpoint
