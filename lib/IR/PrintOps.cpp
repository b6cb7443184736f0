// SPDX-License-Identifier: Apache-2.0
//
// Operations to text. A notation is used only where it says everything the
// message holds; else the message is printed generically.
#include "TextOps.h"

namespace llb::ir::text {
namespace {

std::string platformClause(const Platform &platform) {
  auto part = [](const std::string &text) {
    for (char c : text)
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
        return false;
    return true;
  };
  bool plain = !platform.os.empty() && !platform.architecture.empty() &&
               part(platform.os) && part(platform.architecture) &&
               part(platform.variant) && platform.osVersion.empty() &&
               platform.osFeatures.empty() && platform.unknown.bytes.empty();
  if (plain)
    return " platform(" + platform.os + "/" + platform.architecture +
           (platform.variant.empty() ? "" : "/" + platform.variant) + ")";
  std::string out;
  llvm::raw_string_ostream stream(out);
  layout(MessagePrinter(nullptr).group(" platform ", platform), 0, 0, stream);
  return out;
}

Doc unknownEntry(const Unknown &unknown) {
  return Doc(std::string(unknownName) + " = " + base64Literal(unknown.bytes));
}

} // namespace

OpPrinter::OpPrinter(const Op &op, const std::vector<std::string> &names,
                     std::string head, std::string encoded,
                     llvm::raw_ostream &out)
    : op(op), head(std::move(head)), encoded(std::move(encoded)), out(out),
      refs(op, names, /*relative=*/std::holds_alternative<File>(op.body)),
      messages(&refs) {}

void OpPrinter::print() {
  std::visit([&](const auto &body) { printBody(body); }, op.body);
}

std::string OpPrinter::clauses() const {
  std::string text;
  if (op.platform)
    text += platformClause(*op.platform);
  // BuildKit writes empty constraints on every operation but the terminal.
  bool terminal = std::holds_alternative<std::monostate>(op.body);
  if (!op.constraints && !terminal)
    text += " unconstrained";
  if (op.constraints && (terminal || *op.constraints != Constraints())) {
    llvm::raw_string_ostream stream(text);
    layout(MessagePrinter(nullptr).group(" constraints ", *op.constraints), 0,
           0, stream);
  }
  if (!op.unknown.bytes.empty())
    text += " unknown " + base64Literal(op.unknown.bytes);
  return text + encoded;
}

void OpPrinter::begin(const Doc &operands) {
  out << head;
  size_t used = head.size();
  if (!refs.namesAllInOrder()) {
    std::string inputs = " inputs(";
    for (size_t i = 0; i < op.inputs.size(); ++i)
      inputs += (i ? ", " : "") + refs.value(op.inputs[i]);
    out << inputs << ')';
    used += inputs.size() + 1;
  }
  layout(operands, 0, used, out);
  out << clauses();
}

void OpPrinter::printLines(const std::vector<Doc> &lines) {
  if (lines.empty())
    return;
  out << " {\n";
  for (const Doc &line : lines) {
    out << "  ";
    layout(line, 2, 2, out);
    out << '\n';
  }
  out << '}';
}

/// The inputs are the operands themselves.
void OpPrinter::printBody(const std::monostate &) {
  std::string operands;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    operands += (i ? ", " : " ") + refs.value(op.inputs[i]);
    refs.markUsed(i);
  }
  begin(operands);
}

Doc OpPrinter::mount(const Mount &mount) {
  auto kind = static_cast<int64_t>(mount.mountType);
  const auto &kinds = EnumNames<MountType>::names;
  std::string head;
  if (kind >= 0 && static_cast<size_t>(kind) < kinds.size())
    head = kinds[kind];
  else
    head = "mount(" + std::to_string(kind) + ")";
  // Most mounts but binds have no input.
  if (mount.input != noIndex || mount.mountType == MountType::Bind)
    head += " " + refs.ref(mount.input);
  head += " -> " + quote(mount.dest);
  std::vector<Doc> items;
  messages.entries(mount, items, {"input", "dest", "output", "mountType"});
  std::string tail;
  if (mount.output != usualOutput(mount.mountType))
    tail = mount.output == noIndex ? std::string(" => none")
                                   : " => #" + std::to_string(mount.output);
  return Doc::optional(std::move(head), std::move(items), std::move(tail));
}

void OpPrinter::printBody(const Exec &exec) {
  std::vector<Doc> lines;
  if (exec.meta)
    messages.entries(*exec.meta, lines, {"args"}, "meta_unknown");
  for (const Mount &each : exec.mounts)
    lines.push_back(mount(each));
  messages.entries(exec, lines, {"meta", "mounts"});
  begin(exec.meta ? messages.list(" ", exec.meta->args) : Doc(""));
  printLines(lines);
}

void OpPrinter::printBody(const Source &source) {
  if (!source.unknown.bytes.empty())
    return printGeneric(source);
  std::string operand = " " + quote(source.identifier);
  begin(operand);
  if (!source.attrs.empty())
    layout(messages.map(" ", source.attrs), 0, head.size() + operand.size(),
           out);
}

/// One action; `usualInput` and `usualOutput` are left out.
Doc OpPrinter::action(const FileAction &action, int64_t usualInput,
                      int64_t usualOutput) {
  std::string head;
  std::vector<Doc> items;
  auto print = [&](const auto &body) {
    using Action = std::decay_t<decltype(body)>;
    if constexpr (std::is_same_v<Action, std::monostate>)
      head = "nothing";
    else
      head = Action::mnemonic;
    if constexpr (std::is_same_v<Action, Copy>) {
      head += " " + refs.ref(action.secondaryInput);
      head += " " + quote(body.src) + " -> " + quote(body.dest);
    } else {
      if constexpr (std::is_same_v<Action, Symlink>)
        head += " " + quote(body.oldPath) + " -> " + quote(body.newPath);
      else if constexpr (!std::is_same_v<Action, std::monostate>)
        head += " " + quote(body.path);
      if (action.secondaryInput != noIndex)
        head += " with " + refs.ref(action.secondaryInput);
    }
    if (action.input != usualInput)
      head += " on " + refs.ref(action.input);
    if constexpr (!std::is_same_v<Action, std::monostate>)
      messages.entries(body, items,
                       {"src", "dest", "path", "oldpath", "newpath"});
  };
  std::visit(print, action.action);

  std::string tail;
  if (action.output != usualOutput)
    tail += action.output == noIndex ? std::string(" => none")
                                     : " => #" + std::to_string(action.output);
  if (!action.unknown.bytes.empty())
    tail += " unknown " + base64Literal(action.unknown.bytes);
  return Doc::optional(std::move(head), std::move(items), std::move(tail));
}

void OpPrinter::printBody(const File &file) {
  std::string base;
  std::vector<Doc> lines;
  int64_t previous = noIndex;
  // First, because the last line is where the output is made.
  if (!file.unknown.bytes.empty())
    lines.push_back(unknownEntry(file.unknown));
  size_t count = 0;
  for (const FileAction &each : file.actions) {
    bool first = &each == &file.actions.front();
    bool last = &each == &file.actions.back();
    if (first) {
      previous = each.input;
      base = " " + refs.ref(each.input);
    }
    lines.push_back(action(each, previous, last ? 0 : noIndex));
    // What follows works on the result, whose index is past the inputs.
    previous = static_cast<int64_t>(op.inputs.size() + count++);
  }
  begin(base);
  printLines(lines);
}

void OpPrinter::printBody(const Merge &merge) {
  bool plain = !merge.inputs.empty() && merge.unknown.bytes.empty();
  for (const MergeInput &input : merge.inputs)
    plain &= input.unknown.bytes.empty();
  if (!plain)
    return printGeneric(merge);
  std::string operands;
  for (const MergeInput &input : merge.inputs)
    operands += (operands.empty() ? " " : ", ") + refs.ref(input.input);
  begin(operands);
}

void OpPrinter::printBody(const Diff &diff) {
  bool plain = diff.lower && diff.upper && diff.unknown.bytes.empty() &&
               diff.lower->unknown.bytes.empty() &&
               diff.upper->unknown.bytes.empty();
  if (!plain)
    return printGeneric(diff);
  std::string operands = " " + refs.ref(diff.lower->input);
  operands += " -> " + refs.ref(diff.upper->input);
  begin(operands);
}

void OpPrinter::printBody(const Passthrough &pass) {
  if (!pass.unknown.bytes.empty())
    return printGeneric(pass);
  std::string operands = " " + quote(pass.id);
  for (size_t i = 0; i < pass.outputs.size(); ++i)
    operands += (i ? ", " : " ") + refs.ref(pass.outputs[i]);
  begin(operands);
}

} // namespace llb::ir::text
