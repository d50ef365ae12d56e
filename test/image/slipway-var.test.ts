/** How /var is put together in the initramfs, with folders for file systems. */
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootShells, runBootShell} from './boot-shell.ts';

const test = suite<{folder: string}>('/var of a machine');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'var-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

function write(folder: string, files: Readonly<Record<string, string>>): void {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.join(folder, path.dirname(name)), {recursive: true});
		writeFileSync(path.join(folder, name), text);
	}
}

function readAll(folder: string): Readonly<Record<string, string>> {
	const names = readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
	return Object.fromEntries(
		names.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
	);
}

for (const shell of bootShells) {
	test(`moves into a file system what that lacks, by ${shell[0]}`, ({folder}) => {
		write(folder, {
			'below/lib/new': 'image',
			'below/lib/both': 'image',
			'below/.hidden': 'image',
			'below/home/ada/key': 'image',
			'place/lib/both': 'kept',
			'place/home/bob/file': 'kept',
			'place/.slipway-new/torn': '',
		});
		const script = 'move_in "$1/below" "$1/place"; echo "status $?" >&3';
		const {said, stderr} = runBootShell(shell, script, [folder]);
		assert.equal([said, stderr], [['status 0'], '']);
		assert.equal(readAll(path.join(folder, 'place')), {
			'.hidden': 'image',
			'home/ada/key': 'image',
			'home/bob/file': 'kept',
			'lib/both': 'kept',
			'lib/new': 'image',
		});
	});

	test(`does the rest when it was cut anywhere, by ${shell[0]}`, ({folder}) => {
		const files = {'lib/a': '1', 'lib/deep/b': '2', c: '3'};
		for (let cut = 0; cut < 14; cut++) {
			const own = path.join(folder, String(cut));
			write(path.join(own, 'below'), files);
			write(path.join(own, 'place'), {'lost+found/x': ''});
			const killed = `n=0; before_program() { n=$((n + 1)); [ $n -le ${cut} ] || exit 9; }
move_in "$1/below" "$1/place"`;
			runBootShell(shell, killed, [own]);
			const {status, stderr} = runBootShell(shell, 'move_in "$1/below" "$1/place"', [own]);
			assert.equal([status, stderr], [0, '']);
			assert.equal(readAll(path.join(own, 'place')), {...files, 'lost+found/x': ''});
		}
	});

	test(`tells what is listed for a place, by ${shell[0]}`, ({folder}) => {
		write(folder, {fstab: '# UUID=no /var\nUUID=a /var/home auto noatime 0 0\n'});
		const script = `for place in /var /var/home; do listed_for "$place" "$1/fstab" >&3; done
listed_for /var "$1/missing" >&3`;
		assert.equal(runBootShell(shell, script, [folder]).said, ['no', 'yes', 'no']);
	});

	test(`mounts what is listed, and does without what may be missing, by ${shell[0]}`, ({
		folder,
	}) => {
		write(folder, {
			'os/fstab': `UUID=a /var auto defaults 0 0
UUID=b /var/home auto noatime 0 0
UUID=c /var/data auto nofail,nodev 0 0
UUID=d /var/mail auto nofail 0 0
`,
			'os/fill/a': '',
			'os/fill/b': '',
			'os/fill/c': '',
			'root/var/home/.keep': '',
			'root/var/mail/written-without-it': '',
		});
		const script = `wait_seconds=1
mkdir() { echo mkdir "$@" >&3; }
mount() { echo mount "$@" >&3; }
fill() { echo fill "$1" "$2" >&3; }
udevadm() { case $* in *uuid/c) return 1 ;; esac; }
mount_var "$1/os" "$1/root"`;
		const {said, stderr} = runBootShell(shell, script, [folder]);
		const root = path.join(folder, 'root');
		assert.equal(stderr, '');
		assert.equal(said, [
			`mount -t auto -o defaults /dev/disk/by-uuid/a ${root}/var`,
			`fill ${root}/var/home /dev/disk/by-uuid/b`,
			`mount -t auto -o noatime /dev/disk/by-uuid/b ${root}/var/home`,
			'file system UUID=c of /var/data is missing',
			'file system UUID=d hides what was written to /var/mail without it',
			`mount -t auto -o nofail /dev/disk/by-uuid/d ${root}/var/mail`,
		]);
		assert.equal(readdirSync(path.join(folder, 'os/fill')), ['c']);
	});
}

test.run();
