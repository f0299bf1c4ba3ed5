#include "checkpoint/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace longclip::checkpoint {
namespace {

using Kind = Value::Kind;

// What an allowed name may do.
enum class Role {
  constant,      // stand as a value: a storage class, a dtype
  function,      // be called; kept as a record
  ordered_dict,  // be called; a dict
  set,           // be called; a set
};

struct Allowed {
  std::string_view name;
  Role role;
};

// All that a pickle may name, beside the classes of a TorchScript archive. Nothing behind these
// names is executed: see Value.
constexpr std::array kAllowed{
    Allowed{"collections.OrderedDict", Role::ordered_dict},
    Allowed{"builtins.set", Role::set},
    Allowed{"builtins.frozenset", Role::set},
    Allowed{"__builtin__.set", Role::set},
    Allowed{"__builtin__.frozenset", Role::set},
    Allowed{"_codecs.encode", Role::function},  // how protocol 2 writes bytes
    Allowed{"torch._utils._rebuild_tensor", Role::function},
    Allowed{"torch._utils._rebuild_tensor_v2", Role::function},
    Allowed{"torch._utils._rebuild_parameter", Role::function},
    Allowed{"torch._utils._rebuild_parameter_with_state", Role::function},
    Allowed{"torch.Size", Role::function},
    Allowed{"torch.device", Role::function},
    Allowed{"torch.jit._pickle.build_boollist", Role::function},
    Allowed{"torch.jit._pickle.build_doublelist", Role::function},
    Allowed{"torch.jit._pickle.build_intlist", Role::function},
    Allowed{"torch.jit._pickle.build_tensorlist", Role::function},
    Allowed{"torch.jit._pickle.restore_type_tag", Role::function},
    Allowed{"torch.DoubleStorage", Role::constant},
    Allowed{"torch.FloatStorage", Role::constant},
    Allowed{"torch.HalfStorage", Role::constant},
    Allowed{"torch.BFloat16Storage", Role::constant},
    Allowed{"torch.LongStorage", Role::constant},
    Allowed{"torch.IntStorage", Role::constant},
    Allowed{"torch.ShortStorage", Role::constant},
    Allowed{"torch.CharStorage", Role::constant},
    Allowed{"torch.ByteStorage", Role::constant},
    Allowed{"torch.BoolStorage", Role::constant},
    Allowed{"torch.storage.UntypedStorage", Role::constant},
    Allowed{"torch.float64", Role::constant},
    Allowed{"torch.float32", Role::constant},
    Allowed{"torch.float16", Role::constant},
    Allowed{"torch.bfloat16", Role::constant},
    Allowed{"torch.int64", Role::constant},
    Allowed{"torch.int32", Role::constant},
    Allowed{"torch.int16", Role::constant},
    Allowed{"torch.int8", Role::constant},
    Allowed{"torch.uint8", Role::constant},
    Allowed{"torch.bool", Role::constant},
};

constexpr std::string_view kScriptModule = "__torch__";

const Allowed* find_allowed(std::string_view name) {
  const auto* found = std::find_if(kAllowed.begin(), kAllowed.end(), [&](const Allowed& a) { return a.name == name; });
  return found == kAllowed.end() ? nullptr : found;
}

bool is_container(const Value& value) {
  return value.kind == Kind::list || value.kind == Kind::tuple || value.kind == Kind::set;
}

class Machine {
 public:
  explicit Machine(Cursor& cursor) : cursor_(cursor) {}

  Pickle run() {
    const std::size_t begin = cursor_.position();
    while (true) {
      if (cursor_.position() - begin > kMaxPickleSize) cursor_.fail("a pickle of more than 64 MiB");
      const auto opcode = static_cast<char>(cursor_.read<std::uint8_t>());
      if (opcode == '.') break;
      execute(opcode);
      if (std::max(stack_.size(), marks_.size()) > kMaxPickleValues) cursor_.fail("a pickle with a stack too deep");
    }
    pickle_.root = &pop();
    if (!stack_.empty() || !marks_.empty()) cursor_.fail("a pickle with values left over");
    return std::move(pickle_);
  }

 private:
  // The opcodes are those of Python's pickle, by the characters that stand for them.
  void execute(char opcode) {
    switch (opcode) {
      case '\x80':  // PROTO
        if (cursor_.read<std::uint8_t>() > 5) cursor_.fail("a pickle of a protocol above 5");
        return;
      case '\x95':  // FRAME
        if (cursor_.read<std::uint64_t>() > cursor_.remaining()) cursor_.fail("a pickle frame beyond the file");
        return;

      case 'N':
        push(Kind::none);
        return;
      case '\x88':
        return push_integer(Kind::boolean, 1);
      case '\x89':
        return push_integer(Kind::boolean, 0);
      case 'K':
        return push_integer(Kind::integer, cursor_.read<std::uint8_t>());
      case 'M':
        return push_integer(Kind::integer, cursor_.read<std::uint16_t>());
      case 'J':
        return push_integer(Kind::integer, static_cast<std::int32_t>(cursor_.read<std::uint32_t>()));
      case 'I':
      case 'L':
        return push_decimal(cursor_.line());
      case '\x8a':  // LONG1
        return push_long(cursor_.text(cursor_.read<std::uint8_t>()));
      case '\x8b':  // LONG4
        return push_long(cursor_.text(cursor_.read<std::uint32_t>()));
      case 'G':  // BINFLOAT, the one big-endian number
        push(Kind::real).real = std::bit_cast<double>(__builtin_bswap64(cursor_.read<std::uint64_t>()));
        return;

      case 'X':  // BINUNICODE
      case 'T':  // BINSTRING, Python 2's text
        return push_text(Kind::text, cursor_.read<std::uint32_t>());
      case '\x8c':  // SHORT_BINUNICODE
      case 'U':     // SHORT_BINSTRING
        return push_text(Kind::text, cursor_.read<std::uint8_t>());
      case '\x8d':  // BINUNICODE8
        return push_text(Kind::text, cursor_.read<std::uint64_t>());
      case 'C':
        return push_text(Kind::bytes, cursor_.read<std::uint8_t>());
      case 'B':
        return push_text(Kind::bytes, cursor_.read<std::uint32_t>());
      case '\x8e':  // BINBYTES8
      case '\x96':  // BYTEARRAY8
        return push_text(Kind::bytes, cursor_.read<std::uint64_t>());

      case '(':
        marks_.push_back(stack_.size());
        return;
      case '0':  // POP
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return;
      case '1':  // POP_MARK
        pop_to_mark();
        return;
      case '2':  // DUP
        stack_.push_back(&top());
        return;

      case ')':
        return push(Kind::tuple, {});
      case '\x85':
        return push_tuple(1);
      case '\x86':
        return push_tuple(2);
      case '\x87':
        return push_tuple(3);
      case 't':
        return push(Kind::tuple, pop_to_mark());
      case ']':
        return push(Kind::list, {});
      case 'l':
        return push(Kind::list, pop_to_mark());
      case '}':
        return push(Kind::dict, {});
      case 'd':
        return push(Kind::dict, pairs(pop_to_mark()));
      case '\x8f':
        return push(Kind::set, {});
      case '\x91':  // FROZENSET
        return push(Kind::set, pop_to_mark());
      case 'a':  // APPEND
        return append(Kind::list, {&pop()});
      case 'e':  // APPENDS
        return append(Kind::list, pop_to_mark());
      case '\x90':  // ADDITEMS
        return append(Kind::set, pop_to_mark());
      case 's': {  // SETITEM
        Value& value = pop();
        Value& key = pop();
        return append(Kind::dict, {&key, &value});
      }
      case 'u':  // SETITEMS
        return append(Kind::dict, pairs(pop_to_mark()));

      case 'q':  // BINPUT
        return remember(cursor_.read<std::uint8_t>());
      case 'r':  // LONG_BINPUT
        return remember(cursor_.read<std::uint32_t>());
      case '\x94':  // MEMOIZE
        return remember(static_cast<std::uint32_t>(memo_.size()));
      case 'h':  // BINGET
        return recall(cursor_.read<std::uint8_t>());
      case 'j':  // LONG_BINGET
        return recall(cursor_.read<std::uint32_t>());

      case 'c': {  // GLOBAL
        const std::string_view module = cursor_.line();
        return push_name(module, cursor_.line());
      }
      case '\x93': {  // STACK_GLOBAL
        const Value& name = pop();
        const Value& module = pop();
        if (!name.is_text() || !module.is_text()) cursor_.fail("a pickle that names something by no text");
        return push_name(module.text, name.text);
      }
      case 'i': {  // INST
        const std::string_view module = cursor_.line();
        refuse(module, cursor_.line());
      }
      case 'R':
        return reduce();
      case '\x81':
        return new_object();
      case 'b':
        return build();
      case 'Q': {  // BINPERSID
        const Value& id = pop();
        if (id.kind != Kind::tuple) cursor_.fail("a pickle whose storages are not named by tuples");
        return push(Kind::persistent, id.items);
      }
      default:
        cursor_.fail("pickle opcode " + std::to_string(static_cast<std::uint8_t>(opcode)) +
                     ", which no state dict needs: refused");
    }
  }

  Value& push(Kind kind) {
    if (pickle_.values.size() == kMaxPickleValues) cursor_.fail("a pickle of more than a million values");
    Value& value = pickle_.values.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }
  void push(Kind kind, std::vector<const Value*> items) {
    count_items(items.size());
    push(kind).items = std::move(items);
  }
  void push_integer(Kind kind, std::int64_t integer) { push(kind).integer = integer; }
  void push_text(Kind kind, std::uint64_t size) {
    const std::string_view text = cursor_.text(size);
    push(kind).text = text;
  }

  void push_tuple(std::size_t size) {
    std::vector<const Value*> items(size);
    for (std::size_t i = size; i-- > 0;) items[i] = &pop();
    push(Kind::tuple, std::move(items));
  }

  void push_decimal(std::string_view digits) {
    if (digits == "00" || digits == "01") return push_integer(Kind::boolean, digits == "01" ? 1 : 0);
    if (digits.ends_with('L')) digits.remove_suffix(1);
    std::int64_t integer = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
    if (error != std::errc{} || end != digits.data() + digits.size())
      cursor_.fail("a pickle with a number it cannot hold");
    push_integer(Kind::integer, integer);
  }

  void push_long(std::string_view bytes) {
    if (bytes.size() > sizeof(std::uint64_t)) {
      push(Kind::long_integer).text = bytes;
      return;
    }
    std::uint64_t bits = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) bits = bits << 8 | static_cast<std::uint8_t>(bytes[i]);
    push_integer(Kind::integer, static_cast<std::int64_t>(bits));
  }

  Value& top() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() == floor) cursor_.fail("a pickle that takes a value which is not there");
    return *stack_.back();
  }
  Value& pop() {
    Value& value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<const Value*> pop_to_mark() {
    if (marks_.empty()) cursor_.fail("a pickle that takes values which are not there");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const Value*> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }

  std::vector<const Value*> pairs(std::vector<const Value*> items) const {
    if (items.size() % 2 != 0) cursor_.fail("a pickled dict with a key and no value");
    return items;
  }

  void append(Kind kind, const std::vector<const Value*>& items) {
    Value& container = top();
    if (container.kind != kind) cursor_.fail("a pickle that fills a container of another kind");
    count_items(items.size());
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  // A few bytes can copy a long container, again and again.
  void count_items(std::size_t count) {
    items_ += count;
    if (items_ > kMaxPickleItems) cursor_.fail("a pickle of more than 4 million items");
  }

  void remember(std::uint32_t index) {
    memo_[index] = &top();
    if (memo_.size() > pickle_.values.size()) cursor_.fail("a pickle that remembers more values than it makes");
  }
  void recall(std::uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) cursor_.fail("a pickle that recalls a value it has not made");
    stack_.push_back(found->second);
  }

  void push_name(std::string_view module, std::string_view name) {
    if (module == kScriptModule || module.starts_with("__torch__.")) {
      push(Kind::name).text = kScriptModule;
      return;
    }
    const Allowed* allowed = find_allowed(std::string(module) + "." + std::string(name));
    if (allowed == nullptr) refuse(module, name);
    push(Kind::name).text = allowed->name;
  }

  [[noreturn]] void refuse(std::string_view module, std::string_view name) const {
    const std::string dotted = printable(std::string(module) + "." + std::string(name));
    if (module.starts_with("torch.nn.modules") || module.starts_with("torch.nn.parallel") || name.ends_with("CLIP")) {
      cursor_.fail("a pickled whole module (class " + dotted +
                   "), not a state dict; convert it in Python, if you trust it: "
                   "m = torch.load(FILE, weights_only=False); torch.save(m.state_dict(), NEW_FILE)");
    }
    cursor_.fail("the pickle names " + dotted + ", which no state dict needs: refused; save the state dict alone");
  }

  void reduce() {
    const Value& arguments = pop();
    const Value& function = pop();
    if (arguments.kind != Kind::tuple || function.kind != Kind::name) cursor_.fail("a pickle that calls no function");
    const Allowed* allowed = find_allowed(function.text);
    const Role role = allowed == nullptr ? Role::constant : allowed->role;
    switch (role) {
      case Role::constant:
        cursor_.fail("the pickle calls " + printable(function.text) + ", which is no function: refused");
      case Role::function: {
        push(Kind::call, arguments.items);
        top().text = function.text;
        return;
      }
      case Role::ordered_dict:
        return push(Kind::dict, ordered_dict_items(arguments));
      case Role::set:
        if (arguments.items.empty()) return push(Kind::set, {});
        if (!is_container(*arguments.items[0])) cursor_.fail("a pickled set of no values");
        return push(Kind::set, arguments.items[0]->items);
    }
  }

  // Python 2 passes the items as a list of pairs; Python 3 passes nothing and sets them later.
  std::vector<const Value*> ordered_dict_items(const Value& arguments) const {
    std::vector<const Value*> items;
    if (arguments.items.empty()) return items;
    if (!is_container(*arguments.items[0])) cursor_.fail("a pickled OrderedDict of no pairs");
    for (const Value* pair : arguments.items[0]->items) {
      if (!is_container(*pair) || pair->items.size() != 2) cursor_.fail("a pickled OrderedDict of no pairs");
      items.insert(items.end(), pair->items.begin(), pair->items.end());
    }
    return items;
  }

  void new_object() {
    pop();  // the arguments: a module takes none
    const Value& type = pop();
    if (type.kind != Kind::name || type.text != kScriptModule) cursor_.fail("a pickle that makes an object: refused");
    push(Kind::object);
  }

  void build() {
    const Value& state = pop();
    Value& object = top();
    if (object.kind == Kind::dict) return;  // attributes of an OrderedDict: a state dict's _metadata
    if (object.kind != Kind::object || state.kind != Kind::dict)
      cursor_.fail("a pickle that sets state on a plain value");
    object.items = {&state};
  }

  Cursor& cursor_;
  Pickle pickle_;
  std::size_t items_ = 0;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Value*> memo_;
};

}  // namespace

Pickle read_pickle(Cursor& cursor) { return Machine(cursor).run(); }

}  // namespace longclip::checkpoint
