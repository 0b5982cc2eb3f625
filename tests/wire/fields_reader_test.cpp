#include "wire/fields_reader.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace scoreline::wire {
namespace {

using core::FieldType;

TEST_CASE("fields: every path finds its value") {
  core::PathTable paths;
  const auto url = paths.add("context.page.url"), page = paths.add("context.page"), form = paths.add("properties.form"),
             n = paths.add("properties.n"), list = paths.add("properties.list", true),
             flag = paths.add("properties.flag"), none = paths.add("properties.none"),
             missing = paths.add("properties.missing.deep"), title = paths.add("traits.title"),
             real = paths.add("properties.real");
  const FieldsReader reader(paths);
  core::Activity a;
  a.name = "Form";
  a.type = "track";
  a.source = "web";
  a.properties =
      R"( {"skip":{"form":"no","n":[1,{"x":"}"}]},"form":"a\u00e9\"","n":12, "list":[1.0, {"b":1,"a":2}],"flag":false,"none":null,"missing":3,"real":1.5} )";
  a.context = R"({"page":{"url":"https://x","more":1}})";
  a.traits = R"({"title":"CTO"})";
  core::Fields out;
  reader.read(a, out);
  CHECK(out.at(core::PathTable::kName).text == "Form");
  CHECK(out.at(core::PathTable::kType).text == "track");
  CHECK(out.at(core::PathTable::kSource).text == "web");
  CHECK(out.at(url).text == "https://x");
  CHECK(out.at(page).type == FieldType::object);
  CHECK(out.at(page).text.empty());
  CHECK(out.at(form).text == "a\xC3\xA9\"");
  CHECK(out.at(n).number.is_integer);
  CHECK(out.at(n).number.integer == 12);
  CHECK(out.at(real).number.real == 1.5);
  CHECK(out.at(list).type == FieldType::array);
  CHECK(out.at(list).text == R"([1,{"a":2,"b":1}])");
  CHECK(out.at(flag).type == FieldType::boolean);
  CHECK_FALSE(out.at(flag).boolean);
  CHECK(out.at(none).type == FieldType::null);
  CHECK(out.at(missing).type == FieldType::missing);
  CHECK(out.at(title).text == "CTO");
  reader.read(core::Activity{}, out);
  CHECK(out.at(url).type == FieldType::missing);
  CHECK(out.at(form).type == FieldType::missing);
}

TEST_CASE("fields: traits of a lead") {
  core::PathTable paths;
  const auto title = paths.add("traits.title"), city = paths.add("traits.company.city"),
             gone = paths.add("traits.gone");
  core::Fields out;
  FieldsReader(paths).read_traits(std::vector<core::Trait>{{"title", "\"CTO\"", {}, ""},
                                                           {"company", R"({"city":"Ulm"})", {}, ""},
                                                           {"gone", "null", {}, ""},
                                                           {"other", "1", {}, ""}},
                                  out);
  CHECK(out.at(title).text == "CTO");
  CHECK(out.at(city).text == "Ulm");
  CHECK(out.at(gone).type == FieldType::missing);
}

TEST_CASE("fields: broken texts give missing fields") {
  core::PathTable paths;
  const auto path = paths.add("properties.a.b", true);
  const FieldsReader reader(paths);
  core::Fields out;
  for (const char* text :
       {"", " ", "{", "[", "1", "{\"a\"", "{\"a\":", "{\"a\":{", "{\"a\":{\"b\":", "{\"a\":{\"b\":\"",
        "{\"a\":{\"b\":1x}}", "{\"a\":{\"b\":tru}}", "{\"a\":{\"b\":\"\\u1\"}}"}) {
    CAPTURE(text);
    core::Activity a;
    a.properties = text;
    reader.read(a, out);
    CHECK(out.at(path).type == FieldType::missing);
  }
}

TEST_CASE("fields: random bytes are safe") {
  core::PathTable paths;
  paths.add("properties.a.b", true);
  paths.add("properties.a");
  const FieldsReader reader(paths);
  CHECK(rc::check([&] {
    core::Activity a;
    a.properties = "{\"a\":" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("{}[]\",:\\ab1.-tn ")));
    core::Fields out;
    reader.read(a, out);
  }));
}

}  // namespace
}  // namespace scoreline::wire
