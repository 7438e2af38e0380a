// The little of Node-API that a simulation needs: arguments in, numbers and text out, C++ exceptions turned into JavaScript's.
#pragma once
#include <node_api.h>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace systole {

/** The arguments of one call. Wrong types throw, which `guard` turns into a JavaScript error. */
class Arguments {
  public:
    Arguments(napi_env env, napi_callback_info info) : m_env(env) {
        size_t count = maxArguments;
        check(napi_get_cb_info(env, info, &count, m_values, nullptr, nullptr));
    }
    double number(size_t index) const {
        double value = 0;
        check(napi_get_value_double(m_env, m_values[index], &value));
        return value;
    }
    uint64_t count(size_t index) const {
        const double value = number(index);
        return value >= 18446744073709551615.0 ? UINT64_MAX : static_cast<uint64_t>(value);
    }
    bool flag(size_t index) const { return number(index) != 0; }
    std::string text(size_t index) const {
        size_t length = 0;
        check(napi_get_value_string_utf8(m_env, m_values[index], nullptr, 0, &length));
        std::string value(length + 1, '\0');
        check(napi_get_value_string_utf8(m_env, m_values[index], value.data(), length + 1, &length));
        value.resize(length);
        return value;
    }
    /** The memory behind a typed array, with its length in elements. */
    template <class T>
    T* array(size_t index, size_t& length) const {
        void* data = nullptr;
        napi_typedarray_type type;
        check(napi_get_typedarray_info(m_env, m_values[index], &type, &length, &data, nullptr, nullptr));
        return static_cast<T*>(data);
    }
    /** A Float64Array's elements. */
    std::vector<double> numbers(size_t index) const {
        size_t length = 0;
        const double* data = array<double>(index, length);
        return {data, data + length};
    }
    template <class T>
    T& external(size_t index) const {
        void* data = nullptr;
        check(napi_get_value_external(m_env, m_values[index], &data));
        if (*static_cast<T**>(data) == nullptr) throw std::runtime_error("the simulation is closed");
        return **static_cast<T**>(data);
    }
    napi_value raw(size_t index) const { return m_values[index]; }
    napi_env env() const { return m_env; }

    static void check(napi_status status) {
        if (status != napi_ok) throw std::invalid_argument("wrong argument to a native function");
    }

  private:
    static constexpr size_t maxArguments = 8;
    napi_env m_env;
    napi_value m_values[maxArguments];
};

inline napi_value toNumber(napi_env env, double value) {
    napi_value result = nullptr;
    napi_create_double(env, value, &result);
    return result;
}

inline napi_value toText(napi_env env, const std::string& text) {
    napi_value result = nullptr;
    napi_create_string_utf8(env, text.data(), text.size(), &result);
    return result;
}

/** Makes a Node-API callback of a function of Arguments. */
template <napi_value (*Function)(Arguments&)>
napi_value guard(napi_env env, napi_callback_info info) {
    try {
        Arguments arguments(env, info);
        return Function(arguments);
    } catch (const std::exception& error) {
        napi_throw_error(env, nullptr, error.what());
        return nullptr;
    }
}

template <napi_value (*Function)(Arguments&)>
void exportFunction(napi_env env, napi_value exports, const char* name) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, guard<Function>, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
}

}  // namespace systole
