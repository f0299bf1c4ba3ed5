#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <longclip/export.h>

namespace longclip {

// The one family of exceptions that leaves the library. what() is a single line that names the
// file or argument at fault and, where there is one, the fix.
class LONGCLIP_EXPORT Error : public std::runtime_error {
 public:
  // Control characters of `line`, which a file's name may hold, become escapes such as \n.
  explicit Error(const std::string& line);
  ~Error() override;
};

// An argument that the call cannot take: a text that is too long, a matrix of the wrong width.
class LONGCLIP_EXPORT InvalidInput : public Error {
 public:
  using Error::Error;
  ~InvalidInput() override;
};

// A file that is missing, unreadable, damaged, or not what it was said to be.
class LONGCLIP_EXPORT InvalidFile : public Error {
 public:
  using Error::Error;
  ~InvalidFile() override;
};

// A well-formed model that this library does not run, or not at the asked precision.
class LONGCLIP_EXPORT UnsupportedModel : public Error {
 public:
  using Error::Error;
  ~UnsupportedModel() override;
};

// A device that is not there, or that failed.
class LONGCLIP_EXPORT DeviceError : public Error {
 public:
  using Error::Error;
  ~DeviceError() override;
};

// One input of a batch that could not be used.
struct InputError {
  std::size_t index;   // position in the batch
  std::string reason;  // one line, as Error::what()
};

// All the inputs of a batch that could not be used, by rising index. Nothing of the batch was
// encoded.
class LONGCLIP_EXPORT InputErrors : public InvalidInput {
 public:
  explicit InputErrors(std::vector<InputError> errors);
  ~InputErrors() override;
  const std::vector<InputError>& errors() const noexcept { return errors_; }

 private:
  std::vector<InputError> errors_;
};

}  // namespace longclip
