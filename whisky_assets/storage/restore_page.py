"""`RESTORE.txt` on each volume: how to read what lies there on a bare machine, in English and Korean.

Not here: reading it back with this project (`recovery`).
"""

from __future__ import annotations

from whisky_assets.storage.personal_key import read_key
from whisky_assets.storage.volumes import VolumeRow, Volumes

PAGE = "RESTORE.txt"

_PYARROW = "python3 -c 'import sys, pyarrow.parquet as pq; print(pq.read_table(sys.argv[1]))' FILE.parquet"
_FACTS = "python3 -c 'import sys, pyarrow.parquet as pq; print(pq.read_metadata(sys.argv[1]).metadata)' FILE.parquet"
_AGE = "age --decrypt -i personal.key -o FILE.parquet FILE.age"

_TEXT = """\
WHAT THIS IS
============
A volume of Whisky Assets: copies of its data. The volume is called {name} ({kind}), its identity is
{uuid} (volume.json), and it belongs to the home {home}.
Change, rename or delete nothing here by hand. volume.json must stay: without it the volume counts as absent.

What lies here
--------------
DATASET/XX/SHA256.parquet       rows of a data set, as an Apache Parquet file. The name is the SHA-256 of the file's
                                bytes, XX its first two digits: `sha256sum FILE` (macOS: `shasum -a 256 FILE`) must
                                give the name; if not, the file is damaged.
DATASET/XX/SHA256.SEALED.age    the same, of a person: sealed (encrypted) with age. SHA256 is of the Parquet file
                                inside, SEALED of the bytes that lie here.
state/, texts/                  backups of the state database and of the home's texts (settings, feeds, people's
                                decisions), with their SHA-256 in the name.

With the project
----------------
{fetch}Install it (`make run` in a fresh checkout). This makes a whole home of what lies here:
    whisky storage restore --from {folder} --to NEW_FOLDER --only home --key personal.key
and this plain files, Parquet tables and the fetched pages; without the key all but what is of people:
    whisky storage restore --from {folder} --to NEW_FOLDER
Where the home stands and only its state database is lost, this shows what can be brought back:
    whisky storage rebuild --from {folder}

Without the project
-------------------
Any program that reads Parquet will do. With Python (`python3 -m pip install pyarrow`):
    {pyarrow}
What a file is, is told in its footer (data set, part, rows, when):
    {facts}

Sealed files
------------
They open with one key, which never lies on a volume: keys/personal.key in the home. Its public half is
{public}
With the key file and the program age (https://age-encryption.org, `apt-get install age`, `brew install age`):
    {age}
Without the key file its 24 words bring it back, with the project: whisky storage key --restore
Without both nobody can open them.


이 볼륨은 무엇인가
==================
Whisky Assets의 볼륨이며, 데이터의 사본이 들어 있습니다. 볼륨 이름은 {name} ({kind}), 식별자는
{uuid} (volume.json), 소속 홈은 {home} 입니다.
여기에 있는 파일을 직접 고치거나, 이름을 바꾸거나, 지우지 마십시오. volume.json이 없으면 없는 볼륨으로 취급됩니다.

들어 있는 것
------------
DATASET/XX/SHA256.parquet       데이터 세트의 행을 담은 Apache Parquet 파일입니다.
                                이름은 파일 내용의 SHA-256이고 XX는 그 앞 두 자리입니다.
                                `sha256sum FILE` (macOS: `shasum -a 256 FILE`) 의 결과가
                                이름과 다르면 손상된 파일입니다.
DATASET/XX/SHA256.SEALED.age    개인의 데이터로, age로 봉인(암호화)되어 있습니다.
                                SHA256은 안에 든 Parquet 파일의 것이고,
                                SEALED는 여기 놓인 파일의 것입니다.
state/, texts/                  상태 데이터베이스와 홈의 글 파일(설정, 피드, 사람의 결정)의 백업입니다.
                                이름에 SHA-256이 들어 있습니다.

프로젝트로 복구하기
-------------------
{fetch_ko}프로젝트를 설치한 뒤 (새로 받은 폴더에서 `make run`) 다음을 실행하면 홈 전체를 다시 만듭니다.
    whisky storage restore --from {folder} --to NEW_FOLDER --only home --key personal.key
다음은 Parquet 표와 받아 온 페이지를 보통 파일로 꺼냅니다. 열쇠가 없으면 개인의 데이터만 빠집니다.
    whisky storage restore --from {folder} --to NEW_FOLDER
홈은 그대로 있고 상태 데이터베이스만 없어졌을 때는, 다음이 무엇을 되살릴 수 있는지 보여 줍니다.
    whisky storage rebuild --from {folder}

프로젝트 없이 읽기
------------------
Parquet을 읽는 프로그램이면 됩니다. Python에서는 (`python3 -m pip install pyarrow`):
    {pyarrow}
파일이 무엇인지는 꼬리말에 적혀 있습니다 (데이터 세트, 부분, 행 수, 시각):
    {facts}

봉인된 파일
-----------
열쇠 하나로 열립니다. 열쇠는 어떤 볼륨에도 두지 않으며, 홈의 keys/personal.key에 있습니다. 공개 키는
{public}
열쇠 파일과 age 프로그램 (https://age-encryption.org, `apt-get install age`, `brew install age`) 이 있으면:
    {age}
열쇠 파일이 없으면 24개의 낱말로 되살릴 수 있습니다 (프로젝트 필요): whisky storage key --restore
둘 다 없으면 아무도 열 수 없습니다.
"""

_FETCH = {
    "gcs": ("Copy it to a disk first: gcloud storage cp -r {place} FOLDER\n", "gcloud storage cp -r {place} FOLDER"),
    "rclone": ("Copy it to a disk first: rclone copy '{place}' FOLDER\n", "rclone copy '{place}' FOLDER"),
}


def restore_page(row: VolumeRow, home_id: str, public_key: str | None) -> str:
    """Return the page of a volume; equal facts give equal texts."""
    english, command = (text.format(place=row.location) for text in _FETCH.get(row.kind, ("", "")))
    return _TEXT.format(
        name=row.name,
        kind=row.kind,
        uuid=row.uuid,
        home=home_id,
        fetch=english,
        fetch_ko=f"먼저 디스크로 복사합니다: {command}\n" if command else "",
        folder="FOLDER" if command else "THIS_FOLDER",
        pyarrow=_PYARROW,
        facts=_FACTS,
        age=_AGE,
        public=public_key or "(no key yet: nothing is sealed here / 아직 열쇠가 없으며 봉인된 것도 없음)",
    )


def refresh_restore_page(volumes: Volumes, name: str) -> bool:
    """Write a volume's page where it is missing or says something else; return whether it was written.

    Raises:
        OutOfReachError: the volume is absent or full.
    """
    key = read_key(volumes.home)
    public = None if key is None else str(key.to_public())
    content = restore_page(volumes.row(name), volumes.home.id, public).encode()
    volume = volumes.get(name)
    try:
        with volume.open_file(PAGE) as file:
            if file.read() == content:
                return False
    except FileNotFoundError:
        pass
    volume.replace_file(PAGE, content)
    return True
