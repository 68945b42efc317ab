// Html: writes a page piece by piece. Names are literals that the compiler has checked, every value
// is escaped, every element is closed: what comes out is well-formed whatever the values are, as
// HTML and as XML.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace spranga::render {

class Html {
public:
  /// The name of an element or an attribute. Only a literal of letters, digits and '-' is one.
  class Name {
  public:
    consteval Name(const char* text) : text_(text) {
      for (const char c : text_) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-') {
          throw "not a name";  // NOLINT: ends the compilation, never a run
        }
      }
    }

    [[nodiscard]] constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
  };

  struct Attribute {
    Name name;
    std::string value;
  };

  using Attributes = std::initializer_list<Attribute>;

  /// An open element; closed when this goes. They nest as blocks do.
  class [[nodiscard]] Element {
  public:
    Element(Html& html, Name name) : html_(html), name_(name) {}

    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;
    Element(Element&&) = delete;
    Element& operator=(Element&&) = delete;

    ~Element() { html_.close(name_); }

  private:
    Html& html_;
    Name name_;
  };

  /// An element of the page; what is written until it goes stands in it.
  Element element(Name name, Attributes attributes = {});

  /// An element that holds a text only.
  void leaf(Name name, std::string_view text, Attributes attributes = {});

  /// An element that holds nothing.
  void empty(Name name, Attributes attributes = {});

  /// Text; control bytes and what is no UTF-8 become visible, as on a terminal.
  void text(std::string_view text);

  /// A line's end, for what is shown as it stands (pre).
  void line_end() { out_ += '\n'; }

  /// The style sheet: a file of ours, not escaped.
  void style_sheet(std::string_view css);

  /// The page so far.
  [[nodiscard]] const std::string& page() const { return out_; }

private:
  void open(Name name, Attributes attributes, std::string_view end);
  void close(Name name);

  std::string out_{"<!DOCTYPE html>\n"};
};

}  // namespace spranga::render
