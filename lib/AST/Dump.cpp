// SPDX-License-Identifier: Apache-2.0
//
// Driven by the nodes' `fields()`: a new field or statement is printed without
// a line here, unless its type is new.
#include "llb/AST/Dump.h"

#include "llb/Support/GoText.h"

namespace llb::ast {
namespace {

template <class T>
concept Node = requires { T::fields(); };

template <class T> bool isDefault(const T &value, const T &defaults) {
  if constexpr (Node<T>)
    return false;
  else
    return value == defaults;
}
template <class T>
bool isDefault(const std::vector<T> &value, const std::vector<T> &) {
  return value.empty();
}

class Dumper {
public:
  Dumper(const BuildFile &file, llvm::raw_ostream &out)
      : file(file), out(out) {}

  void run();

private:
  const BuildFile &file;
  llvm::raw_ostream &out;

  void statement(const StmtBase &base, StmtKind kind, unsigned indent);
  void place(const StmtBase &base);

  template <class T> void stmt(const T &node, unsigned indent) {
    statement(node, T::kind, indent);
    fields(node, indent + 2);
  }

  /// One field a line; those equal to the default are left out.
  template <Node T> void fields(const T &node, unsigned indent) {
    const T defaults{};
    auto one = [&](const auto &field) {
      const auto &member = node.*(field.member);
      if (!isDefault(member, defaults.*(field.member)))
        print(field.name, member, indent);
    };
    std::apply([&](const auto &...all) { (one(all), ...); }, T::fields());
  }

  template <class T>
  void print(std::string_view name, const T &value, unsigned indent) {
    if constexpr (Node<T>) {
      out.indent(indent) << name << '\n';
      fields(value, indent + 2);
    } else {
      out.indent(indent) << name << ": ";
      scalar(value);
      out << '\n';
    }
  }
  template <class T>
  void print(std::string_view name, const std::vector<T> &list,
             unsigned indent) {
    if constexpr (Node<T>) {
      for (const T &item : list)
        print(name, item, indent);
    } else {
      out.indent(indent) << name << ": [";
      for (size_t i = 0; i < list.size(); ++i) {
        out << (i ? ", " : "");
        scalar(list[i]);
      }
      out << "]\n";
    }
  }

  void scalar(const std::string &text) { out << go::quote(text); }
  void scalar(bool value) { out << (value ? "true" : "false"); }
  void scalar(int value) { out << value; }
  void scalar(int64_t value) { out << value; }
  template <class T> void scalar(const std::optional<T> &value) {
    if (value)
      scalar(*value);
    else
      out << "none";
  }
};

void Dumper::place(const StmtBase &base) {
  unsigned column = 1;
  const char *start = base.range.Start.getPointer();
  const char *begin = file.text.data();
  if (start >= begin && start <= begin + file.text.size())
    for (const char *p = start; p != begin && p[-1] != '\n'; --p)
      ++column;
  out << base.lines.first << ':' << column;
  if (base.lines.last > base.lines.first)
    out << '-' << base.lines.last;
}

void Dumper::statement(const StmtBase &base, StmtKind kind, unsigned indent) {
  out.indent(indent) << wordOf(kind, Vocabulary::Docker) << ' ';
  place(base);
  out << '\n';
  if (!base.comments.empty())
    print("comments", base.comments, indent + 2);
  if (!base.flags.empty())
    print("flags", base.flags, indent + 2);
  print("heredoc", base.heredocs, indent + 2);
}

void Dumper::run() {
  for (const Directive &directive : file.directives)
    out << "directive " << directive.line << ": " << directive.name << " = "
        << go::quote(directive.value) << '\n';
  for (const ArgStmt &arg : file.globalArgs)
    stmt(arg, 0);
  for (const Stage &stage : file.stages) {
    stmt(stage.from, 0);
    for (const Stmt &inner : stage.stmts)
      std::visit([&](const auto &node) { stmt(node, 2); }, inner);
  }
}

} // namespace

void dumpBuildFile(const BuildFile &file, llvm::raw_ostream &out) {
  Dumper(file, out).run();
}

static void dump(const BuildFile &file, llvm::raw_ostream &out) {
  dumpBuildFile(file, out);
}

static void dump(const Mockerfile &file, llvm::raw_ostream &out) {
  dumpMockerfile(file, out);
}

void dump(const SourceUnit &unit, llvm::raw_ostream &out) {
  std::visit([&](const auto &file) { dump(file, out); }, unit);
}

} // namespace llb::ast
