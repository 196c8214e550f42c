#include "tf_session.hh"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace
{

using BufferPtr        = std::unique_ptr<TF_Buffer, DeleteWith<TF_DeleteBuffer>>;
using ImportOptionsPtr = std::unique_ptr<TF_ImportGraphDefOptions, DeleteWith<TF_DeleteImportGraphDefOptions>>;

void check(const TF_Status *status)
{
    if (TF_GetCode(status) != TF_OK)
    {
        throw std::runtime_error(std::string("TensorFlow: ") + TF_Message(status));
    }
}

std::string content_of(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
    {
        throw std::runtime_error("cannot read " + path);
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace

Session Session::of_graph(const std::string &file)
{
    const StatusPtr        status(TF_NewStatus());
    const auto             content = content_of(file);
    const BufferPtr        definition(TF_NewBufferFromString(content.data(), content.size()));
    const ImportOptionsPtr import(TF_NewImportGraphDefOptions());
    GraphPtr               graph(TF_NewGraph());
    TF_GraphImportGraphDef(graph.get(), definition.get(), import.get(), status.get());
    check(status.get());
    const OptionsPtr options(TF_NewSessionOptions());
    TF_Session *     session = TF_NewSession(graph.get(), options.get(), status.get());
    check(status.get());
    return {std::move(graph), session};
}

Session Session::of_saved_model(const std::string &folder)
{
    const StatusPtr  status(TF_NewStatus());
    const OptionsPtr options(TF_NewSessionOptions());
    GraphPtr         graph(TF_NewGraph());
    const char *     tag     = "serve";
    TF_Session *     session = TF_LoadSessionFromSavedModel(
        options.get(), nullptr, folder.c_str(), &tag, 1, graph.get(), nullptr, status.get());
    check(status.get());
    return {std::move(graph), session};
}

Session::Session(GraphPtr graph, TF_Session *session)
    : graph_(std::move(graph)), session_(session), status_(TF_NewStatus())
{
}

Session::Session(Session &&other) noexcept
    : graph_(std::move(other.graph_)), session_(std::exchange(other.session_, nullptr)),
      status_(std::move(other.status_))
{
}

Session::~Session()
{
    if (session_ != nullptr)
    {
        const StatusPtr status(TF_NewStatus());
        TF_DeleteSession(session_, status.get());
    }
}

TF_Output Session::node(const std::string &name) const
{
    const auto    colon     = name.find(':');
    const int     index     = colon == std::string::npos ? 0 : std::stoi(name.substr(colon + 1));
    TF_Operation *operation = TF_GraphOperationByName(graph_.get(), name.substr(0, colon).c_str());
    if (operation == nullptr)
    {
        throw std::runtime_error("the graph has no node " + name);
    }
    return {operation, index};
}

void Session::run(const std::vector<TF_Output> &inputs,
                  const std::vector<TF_Tensor *> &tensors,
                  const std::vector<TF_Output> &outputs,
                  std::vector<TF_Tensor *> &results)
{
    TF_SessionRun(session_,
                  nullptr,
                  inputs.data(),
                  tensors.data(),
                  static_cast<int>(inputs.size()),
                  outputs.data(),
                  results.data(),
                  static_cast<int>(outputs.size()),
                  nullptr,
                  0,
                  nullptr,
                  status_.get());
    check(status_.get());
}
