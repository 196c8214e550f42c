//! What a model finds around it.

use std::process::{Command, Stdio};
use std::thread;

use crate::alone::{as_it_is, only, succeeds};
use crate::{add, addition, environment, told};

#[test]
fn python_believes_to_be_the_environments_program() {
    succeeds("environment::python_believes_to_be_the_environments_program", as_it_is, || {
        let place = environment();
        assert_eq!(told("import sys", "sys.executable"), place.join("bin/python").display().to_string());
        assert_eq!(told("import sys", "sys.prefix"), place.display().to_string());
        assert_eq!(told("import sys", "sys.argv"), "['']");
        assert_eq!(told("import sys", "sys.prefix != sys.base_prefix"), "True");
        // Code that lies where the program was started is not imported.
        assert_eq!(told("import os, sys", "'' in sys.path or os.getcwd() in sys.path"), "False");
    });
}

#[test]
fn models_start_programs_and_processes_of_python() {
    succeeds("environment::models_start_programs_and_processes_of_python", as_it_is, || {
        let run = "subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout.strip()";
        assert_eq!(told("import subprocess, sys", run), "42");
        let imports = "import multiprocessing, operator\n\ndef power():\n    \
                       with multiprocessing.get_context('spawn').Pool(1) as pool:\n        return pool.apply(operator.pow, (2, 10))";
        assert_eq!(told(imports, "power()"), "1024");
    });
}

#[test]
fn text_is_utf8_where_the_locale_says_nothing() {
    for locale in [None, Some("C"), Some("POSIX")] {
        let variables = || {
            let mut variables = vec![("VIRTUAL_ENV", environment().into())];
            variables.extend(locale.map(|locale| ("LC_ALL", locale.into())));
            variables
        };
        succeeds("environment::text_is_utf8_where_the_locale_says_nothing", only(variables), || {
            let write = "import os, sys, tempfile\n\ndef written():\n    folder = tempfile.mkdtemp()\n    path = os.path.join(folder, 'größe')\n    \
                         with open(path, 'w') as file: file.write('größer')\n    \
                         with open(path, 'rb') as file: raw = file.read()\n    \
                         os.remove(path); os.rmdir(folder)\n    return raw";
            assert_eq!(told(write, "written() == 'größer'.encode()"), "True");
            assert_eq!(told("import sys", "sys.getfilesystemencoding() + sys.stdout.encoding"), "utf-8utf-8");
            assert!(std::env::var_os("LC_CTYPE").is_none(), "the host's variables stay as they are");
        });
    }
}

#[test]
fn python_outlives_the_thread_that_started_it() {
    succeeds("environment::python_outlives_the_thread_that_started_it", as_it_is, || {
        let model = thread::spawn(|| addition().unwrap()).join().unwrap();
        add(&*model);
        thread::scope(|scope| {
            scope.spawn(|| add(&*model));
        });
        assert_eq!(told("import threading", "threading.main_thread().is_alive()"), "True");
        thread::spawn(move || drop(model)).join().unwrap();
        add(&*addition().unwrap());
    });
}

#[test]
fn closed_streams_do_no_harm() {
    let prepare = |command: &mut Command| {
        command.stdin(Stdio::null());
    };
    succeeds("environment::closed_streams_do_no_harm", prepare, || {
        assert_eq!(told("import sys", "repr(sys.stdin.read())"), "''");
        // A model may close what it likes.
        assert_eq!(told("import sys\nsys.stderr = None", "print('printed', file=sys.stderr)"), "None");
        add(&*addition().unwrap());
    });
}

#[test]
fn the_last_models_end_leaves_the_import_system_as_it_was() {
    succeeds("environment::the_last_models_end_leaves_the_import_system_as_it_was", as_it_is, || {
        // A model can only look while it lives; a thread of it looks afterwards.
        let marker = tempfile::tempdir().unwrap();
        let path = marker.path().join("seen");
        let probe = format!(
            "import importlib, sys, threading, time\nimportlib.import_module('json.tool')\n\
             before = (list(sys.path), list(sys.path_hooks))\n\n\
             def look(sys=sys, time=time, path={:?}, before=before, repr=repr, open=open, str=str, list=list, type=type):\n    \
             time.sleep(0.3)\n    \
             names = [name for name in list(sys.modules) if 'neuropod' in name or name == 'model']\n    \
             finders = [f for f in sys.meta_path if type(f).__name__ in ('Finder', 'Aliases')]\n    \
             caches = [name for name in sys.path_importer_cache if 'neuropod-memory' in name]\n    \
             same = before == (list(sys.path), list(sys.path_hooks))\n    \
             with open(path + '.part', 'w') as file: file.write(repr((names, finders, caches, same)))\n    \
             import os\n    os.rename(path + '.part', path)\n\n\
             threading.Thread(target=look, daemon=True).start()",
            path.display().to_string()
        );
        assert_eq!(told(&probe, "'neuropod' in ''.join(sys.modules)"), "True");
        for _ in 0..300 {
            if path.exists() {
                break;
            }
            thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "([], [], [], True)");
    });
}
