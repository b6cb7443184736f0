// SPDX-License-Identifier: Apache-2.0
//
// `--emit=ast` of a Mockerfile. Driven by the nodes' `fields()`: a new key is
// printed without a line here, unless its type is new.
#include "llb/AST/Dump.h"
#include "llb/AST/Mockerfile.h"
#include "llb/Support/GoText.h"

namespace llb::ast {
namespace {

template <class T>
concept Node = requires { T::fields(); };

class Dumper {
public:
  Dumper(const Mockerfile &file, llvm::raw_ostream &out)
      : begin(file.text.data()), end(begin + file.text.size()), out(out) {}

  template <Node T> void fields(const T &node, unsigned indent) {
    auto one = [&](const auto &field) {
      print(field.name, node.*(field.member), indent);
    };
    std::apply([&](const auto &...all) { (one(all), ...); }, T::fields());
  }

private:
  void head(std::string_view name, const MockerPlace &place, unsigned indent) {
    out.indent(indent) << name << ' ' << place.lines.first << ':'
                       << columnOf(place);
    if (place.lines.last > place.lines.first)
      out << '-' << place.lines.last;
  }
  size_t columnOf(const MockerPlace &place) const {
    const char *start = place.range.Start.getPointer();
    size_t column = 1;
    if (start >= begin && start <= end)
      for (; start != begin && start[-1] != '\n'; --start)
        ++column;
    return column;
  }

  void print(std::string_view name, const MockerText &value, unsigned indent) {
    if (!value.given())
      return;
    head(name, value, indent);
    out << ": " << go::quote(value.text) << '\n';
  }
  void print(std::string_view name, const MockerPair &pair, unsigned indent) {
    head(name, pair.name, indent);
    out << ": " << go::quote(pair.name.text);
    if (pair.value)
      out << " = " << go::quote(pair.value->text);
    out << '\n';
  }
  void print(std::string_view name, const std::optional<bool> &value,
             unsigned indent) {
    if (value)
      out.indent(indent) << name << ": " << (*value ? "true" : "false") << '\n';
  }
  template <Node T>
  void print(std::string_view name, const T &node, unsigned indent) {
    head(name, node, indent);
    out << '\n';
    fields(node, indent + 2);
  }
  template <class T>
  void print(std::string_view name, const std::optional<T> &node,
             unsigned indent) {
    if (node)
      print(name, *node, indent);
  }
  template <class T>
  void print(std::string_view name, const std::vector<T> &list,
             unsigned indent) {
    for (const T &item : list)
      print(name, item, indent);
  }

  const char *begin;
  const char *end;
  llvm::raw_ostream &out;
};

} // namespace

void dumpMockerfile(const Mockerfile &file, llvm::raw_ostream &out) {
  Dumper(file, out).fields(file, 0);
}

} // namespace llb::ast
