//! Reading `requirements.lock`.

use std::fmt;

use crate::PythonError;

/// Names and versions are parts of file names, which may have 255 bytes.
const LONGEST_WORD: usize = 100;
/// How much of a line an error shows.
const SHOWN: usize = 80;
/// The algorithms that pip takes, and the digits that their values have.
const HASHES: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// A distribution in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    /// As PEP 503 normalises it: `Jinja2` is `jinja2`, and `typing_extensions` is `typing-extensions`.
    pub(crate) name: String,
    pub(crate) version: String,
    /// The environments that it is meant for: `python_version < "3.11"`. Empty for all.
    marker: String,
    /// What downloads are held against: `sha256:…`. Empty for anything.
    hashes: Vec<String>,
}

/// The pins of a `requirements.lock`, in its order.
///
/// A line is `name==version`, after which `; marker` and `--hash=sha256:…` may follow; extras after the
/// name say nothing, since their distributions have lines of their own. Nothing else is let through to
/// pip: an option, a path or an address would decide where code comes from.
pub(crate) fn parse(text: &[u8]) -> Result<Vec<Pin>, PythonError> {
    let text = str::from_utf8(text).map_err(|error| {
        invalid(format!("requirements.lock is not UTF-8 (after byte {})", error.valid_up_to()))
    })?;
    let mut pins: Vec<Pin> = Vec::new();
    for (number, line) in logical_lines(text) {
        let pin = Pin::read(&line).map_err(|why| refusal(number, &line, &why))?;
        if let Some(other) = pins.iter().find(|other| other.name == pin.name && other.version != pin.version)
        {
            return Err(refusal(number, &line, &format!("contradicts `{other}`: a name has one version")));
        }
        if !pins.contains(&pin) {
            pins.push(pin);
        }
    }
    Ok(pins)
}

/// The lines without comments, each with its number; a backslash at the end goes on with the next one.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    // Windows' editors may put a mark before the text.
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let (part, continued) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match lines.last_mut() {
            Some((_, whole)) if goes_on => whole.extend([" ", part]),
            _ => lines.push((index + 1, part.to_owned())),
        }
        goes_on = continued;
    }
    lines.retain(|(_, line)| !line.trim().is_empty());
    lines
}

impl Pin {
    /// A pin for every environment. The error says what is wrong with it.
    pub(super) fn new(name: &str, version: &str) -> Result<Self, String> {
        if !is_name(name) {
            return Err("has no valid name before `==`".to_owned());
        }
        if !is_version(version) {
            return Err("has no valid version after `==`".to_owned());
        }
        Ok(Self {
            name: normalised(name),
            version: version.to_ascii_lowercase(),
            marker: String::new(),
            hashes: Vec::new(),
        })
    }

    fn read(line: &str) -> Result<Self, String> {
        if line.starts_with('-') {
            return Err(
                "is an option of pip's, which a package must not give: it is for the machine that installs \
                        to say where distributions come from (PIP_INDEX_URL, PIP_FIND_LINKS)"
                    .to_owned(),
            );
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let options = words.iter().position(|word| word.starts_with('-')).unwrap_or(words.len());
        let (requirement, options) = (words[..options].join(" "), &words[options..]);
        let (exact, marker) = requirement.split_once(';').unwrap_or((&requirement, ""));
        let (name, version) =
            exact.split_once("==").ok_or("is no exact pin, and `name==version` is expected")?;
        Ok(Self {
            marker: checked_marker(marker.trim())?,
            hashes: options.iter().map(|option| hash(option)).collect::<Result<_, _>>()?,
            ..Self::new(without_extras(name.trim())?, version.trim())?
        })
    }

    /// Whether it is for some environments alone.
    pub(super) fn is_conditional(&self) -> bool {
        !self.marker.is_empty()
    }

    /// The line of a requirements file for pip.
    pub(super) fn line(&self) -> String {
        let mut line = self.to_string();
        if self.is_conditional() {
            line.extend([" ; ", &self.marker]);
        }
        for hash in &self.hashes {
            line.extend([" --hash=", hash]);
        }
        line
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=={}", self.name, self.version)
    }
}

/// `requests[socks]` without the extras.
fn without_extras(name: &str) -> Result<&str, String> {
    let Some((name, extras)) = name.split_once('[') else { return Ok(name) };
    match extras.strip_suffix(']') {
        Some(extras) if extras.split(',').all(|extra| is_name(extra.trim())) => Ok(name.trim_end()),
        _ => Err("has no valid extras between `[` and `]`".to_owned()),
    }
}

/// PEP 508: letters and digits, with `.`, `-` and `_` in between.
fn is_name(name: &str) -> bool {
    let is_end = |end: Option<char>| end.is_some_and(|end| end.is_ascii_alphanumeric());
    is_end(name.chars().next())
        && is_end(name.chars().last())
        && name.len() <= LONGEST_WORD
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter))
}

/// The letters of PEP 440, which starts with a digit; pip checks the rest. A wildcard is no version.
fn is_version(version: &str) -> bool {
    version.starts_with(|first: char| first.is_ascii_digit() || "vV".contains(first))
        && version.ends_with(|last: char| last.is_ascii_alphanumeric())
        && version.len() <= LONGEST_WORD
        && version.chars().all(|letter| letter.is_ascii_alphanumeric() || ".!+-_".contains(letter))
}

/// PEP 503: small letters, and one `-` for every run of `-`, `_` and `.`.
fn normalised(name: &str) -> String {
    let words: Vec<&str> = name.split(['-', '_', '.']).filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// Letters that mean nothing to pip outside the marker, which pip itself reads.
fn checked_marker(marker: &str) -> Result<String, String> {
    let is_fine = |letter: char| letter.is_ascii_alphanumeric() || " '\"._-+*<>=!~(),".contains(letter);
    match marker.chars().find(|letter| !is_fine(*letter)) {
        Some(letter) => Err(format!("has {letter:?} in the marker after `;`")),
        None => Ok(marker.to_owned()),
    }
}

/// `sha256:…` of `--hash=sha256:…`.
fn hash(option: &str) -> Result<String, String> {
    let value = option.strip_prefix("--hash=").ok_or("has an option other than `--hash=…`")?;
    let digits = value.split_once(':').and_then(|(algorithm, digits)| {
        let known = HASHES.iter().find(|(name, _)| *name == algorithm)?;
        (digits.len() == known.1).then_some(digits)
    });
    match digits {
        Some(digits) if digits.chars().all(|digit| digit.is_ascii_hexdigit()) => {
            Ok(value.to_ascii_lowercase())
        }
        _ => Err("has no valid hash, and `--hash=sha256:` with 64 hexadecimal digits is expected".to_owned()),
    }
}

#[cold]
fn refusal(number: usize, line: &str, why: &str) -> PythonError {
    let shown: String = line.chars().take(SHOWN).collect();
    let cut = if shown.len() < line.len() { "…" } else { "" };
    invalid(format!("requirements.lock, line {number}: {shown:?}{cut} {why}"))
}

#[cold]
fn invalid(message: String) -> PythonError {
    PythonError::InvalidPackage(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        parse(text.as_bytes()).unwrap().iter().map(Pin::line).collect()
    }

    fn refused(text: &str) -> String {
        match parse(text.as_bytes()) {
            Err(PythonError::InvalidPackage(why)) => why,
            other => panic!("{text:?} gave {other:?}"),
        }
    }

    #[test]
    fn a_lock_file_is_read_as_its_writers_write_it() {
        let text = "\u{feff}# compiled\n\nNumPy==2.4.6   # via scipy\r\ntyping._-Extensions == 4.16.0\n\
                    requests[socks, use_chardet]==2.34.2#x\n    # via -r requirements.in\n\
                    torch==v2.13.0+cpu ; python_version >= \"3.10\"  and sys_platform != 'win32'\n\
                    numpy==2.4.6";
        let expected = [
            "numpy==2.4.6",
            "typing-extensions==4.16.0",
            "requests==2.34.2",
            "torch==v2.13.0+cpu ; python_version >= \"3.10\" and sys_platform != 'win32'",
        ];
        assert_eq!(lines(text), expected);
        assert!(lines("").is_empty() && lines("#\n \n\\\n").is_empty());
    }

    #[test]
    fn hashes_stay_with_their_pin() {
        let (a, b) = ("a".repeat(64), "B".repeat(128));
        let small = b.to_ascii_lowercase();
        let text =
            format!("six==1.17.0 \\\n    --hash=sha256:{a} \\\n    --hash=sha512:{b}\n    # via x\nh11==1");
        assert_eq!(
            lines(&text),
            [format!("six==1.17.0 --hash=sha256:{a} --hash=sha512:{small}"), "h11==1".to_owned()]
        );
        for bad in
            ["sha256:ab", "md5:d41d8cd98f00b204e9800998ecf8427e", &format!("sha256:{}", "g".repeat(64))]
        {
            assert!(refused(&format!("six==1 --hash={bad}")).contains("no valid hash"), "{bad}");
        }
    }

    #[test]
    fn hostile_lines_are_refused() {
        let hostile = [
            "-e .",
            "--index-url=https://evil.example/simple",
            "-r other.txt",
            "six==1.0 --index-url=https://evil.example",
            "six==1.0 -i x",
            "six==1.0 \\\n--extra-index-url x",
            "six==1.0; python_version > '3' --no-index",
            "six==1.0; os_name == '${HOME}'",
            "six==1.0; os_name == 'a\\b'",
            "https://evil.example/six.whl",
            "six @ https://evil.example/six==1.whl",
            "six==https://evil.example/six.whl",
            "git+https://evil.example/six==1.0",
            "./six==1.0",
            "../six==1.0",
            "/six==1.0",
            "six==../1.0",
            "six==1.0/../..",
            "six==1.*",
            "six===1.0",
            "six>=1.0",
            "six>=1.0,==1.1",
            "six==1.0,<2",
            "six==",
            "==1.0",
            "six",
            "six==-1",
            "six==1.0 other==2.0",
            "_six==1.0",
            "six-==1.0",
            "six[a==1.0",
            "six[../x]==1.0",
            "sïx==1.0",
            "six==1.0\0",
        ];
        for line in hostile {
            assert!(refused(&format!("ok==1\n{line}")).starts_with("requirements.lock, line 2: "), "{line}");
        }
        let long = refused(&format!("six=={}", "1".repeat(101)));
        assert!(long.ends_with("… has no valid version after `==`"), "{long}");
        assert!(parse(b"six==1\xff").unwrap_err().to_string().contains("not UTF-8 (after byte 6)"));
    }

    #[test]
    fn an_error_names_the_line_and_what_was_expected() {
        assert_eq!(
            refused("\nnumpy>=1.26"),
            "requirements.lock, line 2: \"numpy>=1.26\" is no exact pin, and `name==version` is expected"
        );
        assert!(refused("--pre").contains("PIP_INDEX_URL"));
        assert_eq!(
            refused("Six==1.0\nsix==1.1"),
            "requirements.lock, line 2: \"six==1.1\" contradicts `six==1.0`: a name has one version"
        );
    }
}
