// SPDX-License-Identifier: Apache-2.0
//
// What Go's text/tabwriter and sort packages make of a table. Both leave traces
// in BuildKit's answers: the first in every column, the second in the order of
// lines that compare equal, which is not the order they came in.
#ifndef LLB_SUPPORT_GOTABLE_H
#define LLB_SUPPORT_GOTABLE_H

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llb::go {

/// tabwriter.Writer with a minimal width of 0 and blanks for padding: aligns
/// cells that end in a tab with those above and below. Text after the last tab
/// of a line is no cell and belongs to no column. Width is in code points.
class TabWriter {
public:
  /// `padding` blanks follow the widest cell of a column.
  explicit TabWriter(unsigned padding) : padding(padding) {}

  void write(std::string_view text);
  /// Ends all columns.
  void flush();
  /// What was printed so far.
  const std::string &str() const { return out; }

private:
  void endCell();

  unsigned padding;
  std::vector<std::vector<std::string>> lines{1};
  std::string cell;
  std::string out;
};

namespace detail {

/// sort.Slice is a pattern-defeating quicksort over positions; every swap of it
/// counts for the result.
template <class T, class Less> class SliceSorter {
public:
  SliceSorter(std::vector<T> &items, Less less) : items(items), less(less) {}

  void run() {
    int size = static_cast<int>(items.size());
    sort(0, size, std::bit_width(items.size()));
  }

private:
  enum class Hint { Unknown, Increasing, Decreasing };
  static constexpr int maxInsertion = 12;
  static constexpr int shortestNinther = 50;
  static constexpr int shortestShifting = 50;

  bool before(int a, int b) { return less(items[a], items[b]); }
  void swap(int a, int b) { std::swap(items[a], items[b]); }

  void insertionSort(int first, int last) {
    for (int i = first + 1; i < last; ++i)
      for (int j = i; j > first && before(j, j - 1); --j)
        swap(j, j - 1);
  }

  void siftDown(int root, int size, int first) {
    for (;;) {
      int child = 2 * root + 1;
      if (child >= size)
        return;
      if (child + 1 < size && before(first + child, first + child + 1))
        ++child;
      if (!before(first + root, first + child))
        return;
      swap(first + root, first + child);
      root = child;
    }
  }

  void heapSort(int first, int last) {
    int size = last - first;
    for (int i = (size - 1) / 2; i >= 0; --i)
      siftDown(i, size, first);
    for (int i = size - 1; i >= 0; --i) {
      swap(first, first + i);
      siftDown(0, i, first);
    }
  }

  int median(int a, int b, int c, int &swaps) {
    auto order = [&](int &x, int &y) {
      if (before(y, x)) {
        ++swaps;
        std::swap(x, y);
      }
    };
    order(a, b);
    order(b, c);
    order(a, b);
    return b;
  }

  std::pair<int, Hint> choosePivot(int first, int last) {
    int size = last - first;
    int swaps = 0;
    int i = first + size / 4;
    int j = first + size / 4 * 2;
    int k = first + size / 4 * 3;
    if (size >= shortestNinther) {
      i = median(i - 1, i, i + 1, swaps);
      j = median(j - 1, j, j + 1, swaps);
      k = median(k - 1, k, k + 1, swaps);
    }
    if (size >= 8)
      j = median(i, j, k, swaps);
    if (swaps == 0)
      return {j, Hint::Increasing};
    return {j, swaps == 12 ? Hint::Decreasing : Hint::Unknown};
  }

  /// Moves three elements to places that depend on the size only.
  void breakPatterns(int first, int last) {
    int size = last - first;
    if (size < 8)
      return;
    uint64_t random = size;
    uint64_t mask = (uint64_t(1) << std::bit_width(unsigned(size))) - 1;
    int middle = first + size / 4 * 2;
    for (int i = middle - 1; i <= middle + 1; ++i) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      int other = static_cast<int>(random & mask);
      if (other >= size)
        other -= size;
      swap(i, first + other);
    }
  }

  /// A few tries to finish what is almost sorted.
  bool partialInsertionSort(int first, int last) {
    int i = first + 1;
    for (int tries = 0; tries < 5; ++tries) {
      while (i < last && !before(i, i - 1))
        ++i;
      if (i == last)
        return true;
      if (last - first < shortestShifting)
        return false;
      swap(i, i - 1);
      if (i - first >= 2)
        for (int j = i - 1; j >= 1 && before(j, j - 1); --j)
          swap(j, j - 1);
      if (last - i >= 2)
        for (int j = i + 1; j < last && before(j, j - 1); ++j)
          swap(j, j - 1);
    }
    return false;
  }

  int partitionEqual(int first, int last, int pivot) {
    swap(first, pivot);
    int i = first + 1;
    int j = last - 1;
    for (;;) {
      while (i <= j && !before(first, i))
        ++i;
      while (i <= j && before(first, j))
        --j;
      if (i > j)
        return i;
      swap(i++, j--);
    }
  }

  /// The pivot's new place, and whether nothing had to move.
  std::pair<int, bool> partition(int first, int last, int pivot) {
    swap(first, pivot);
    int i = first + 1;
    int j = last - 1;
    for (bool untouched = true;; untouched = false) {
      while (i <= j && before(i, first))
        ++i;
      while (i <= j && !before(j, first))
        --j;
      if (i > j) {
        swap(j, first);
        return {j, untouched};
      }
      swap(i++, j--);
    }
  }

  void sort(int first, int last, int limit) {
    bool balanced = true;
    bool partitioned = true;
    for (;;) {
      int size = last - first;
      if (size <= maxInsertion)
        return insertionSort(first, last);
      if (limit == 0)
        return heapSort(first, last);
      if (!balanced) {
        breakPatterns(first, last);
        --limit;
      }
      auto [pivot, hint] = choosePivot(first, last);
      if (hint == Hint::Decreasing) {
        for (int i = first, j = last - 1; i < j; ++i, --j)
          swap(i, j);
        pivot = last - 1 - (pivot - first);
        hint = Hint::Increasing;
      }
      if (balanced && partitioned && hint == Hint::Increasing &&
          partialInsertionSort(first, last))
        return;
      if (first > 0 && !before(first - 1, pivot)) {
        first = partitionEqual(first, last, pivot);
        continue;
      }
      auto [middle, untouched] = partition(first, last, pivot);
      partitioned = untouched;
      int left = middle - first;
      int right = last - middle;
      if (left < right) {
        balanced = left >= size / 8;
        sort(first, middle, limit);
        first = middle + 1;
      } else {
        balanced = right >= size / 8;
        sort(middle + 1, last, limit);
        last = middle;
      }
    }
  }

  std::vector<T> &items;
  Less less;
};

} // namespace detail

/// sort.Slice: not stable, but elements that compare equal end up where Go
/// 1.26 puts them.
template <class T, class Less>
void sortSlice(std::vector<T> &items, Less less) {
  detail::SliceSorter<T, Less>(items, less).run();
}

} // namespace llb::go

#endif
