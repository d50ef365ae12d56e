import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers} from '../../../../installer/answers/answers.ts';
import {Secret} from '../../../../installer/answers/secret.ts';
import {type CarriedKind, chosenKinds} from '../../../../installer/takeover/carry/carried.ts';
import {readCarriedState, withCarried} from '../../../../installer/takeover/carry/carry-over.ts';
import {symlink} from '../../../engine/source/trees.ts';
import {debian, hash, type MadeImage, planned, sshKey, user} from '../../bootstrap/planned.ts';
import {type OldFiles, OldTree} from '../old-tree.ts';

const test = suite('state of the system before');

const id = '0123456789abcdef0123456789abcdef';
const oldDebian: OldFiles = {
	'etc/hostname': 'kestrel\n',
	'etc/machine-id': `${id}\n`,
	'etc/passwd': [
		'root:x:0:0:root:/root:/bin/bash',
		'daemon:x:1:1::/usr/sbin:/usr/sbin/nologin',
		'me:x:1000:1000:Me,,,:/home/me:/bin/bash',
		'you:x:1001:100::/srv/you:/usr/bin/fish',
		'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin',
		'',
	].join('\n'),
	'etc/shells': '/bin/bash\n/usr/bin/fish\n',
	'etc/shadow': `root:!:1::::::\nme:${hash}:1::::::\nyou:abCdEfGhIjKlM:1::::::\n`,
	'etc/group':
		'root:x:0:\nsudo:x:27:me\nusers:x:100:\nme:x:1000:\nwork:x:1500:me,you\ndocker:x:998:me\n',
	'etc/ssh/ssh_host_ed25519_key': 'private',
	'etc/ssh/ssh_host_ed25519_key.pub': 'public',
	'etc/ssh/sshd_config': '',
	'root/.ssh/authorized_keys': `# mine\n${sshKey}\nnonsense\n`,
	'home/me/.ssh/authorized_keys': `${sshKey}\n`,
	'etc/network/interfaces': 'auto lo\niface lo inet loopback\n',
	'etc/systemd/network/10-lan.network': '[Match]\nName=en*\n[Network]\nDHCP=yes\n',
	'etc/systemd/network/10-lan.network.d/dns.conf': '[Network]\nDNS=192.0.2.53\n',
	'proc/cmdline': 'root=UUID=1 ro quiet net.ifnames=0\n',
	'etc/fstab': [
		'# made by the installer',
		'UUID=1 / ext4 errors=remount-ro 0 1',
		'UUID=2 /boot/efi vfat umask=0077 0 1',
		'UUID=3 none swap sw 0 0',
		'LABEL=data /srv/d\\040ata xfs noatime 0 2',
		'UUID=5 /data ext4',
		'/dev/mapper/vg-lv /srv/volume ext4 defaults 0 2',
		'nas:/share /srv/nas nfs defaults 0 0',
		'/srv/a /srv/b none bind 0 0',
		'UUID=6 /var ext4 defaults 0 2',
		'',
	].join('\n'),
};

const image: MadeImage = {
	...debian,
	'/srv': symlink('var/srv'),
	'/usr/sbin/sshd': 'x',
	'/usr/lib/systemd/system/systemd-networkd.service': '[Service]\n',
	'/etc/systemd/system/multi-user.target.wants/systemd-networkd.service': symlink(
		'/usr/lib/systemd/system/systemd-networkd.service',
	),
};

test('is found, and told with what cannot come along', async () => {
	using old = new OldTree(oldDebian);
	const states = await readCarriedState(old.source(image));
	assert.equal(
		states.map(({kind, taken, left}) => [kind, taken, left]),
		[
			['hostname', ['kestrel'], []],
			['machine-id', [id], []],
			['network', ['10-lan.network', '10-lan.network.d/dns.conf', 'net.ifnames=0'], []],
			['ssh-host-keys', ['ed25519'], []],
			['root-login', ['1 SSH key'], []],
			[
				'users',
				['me (1000)', 'you (1001)'],
				[
					'me is no longer in docker: the image has no such group',
					'the password of you is kept in an old form: the login is locked',
					'you has a group of the same name, and no longer users: the image has no such group',
					'the home of you stays in /srv/you of the system before',
					'you gets the usual shell: the image has no /usr/bin/fish',
				],
			],
			['homes', ['1 in /home, which stays'], []],
			[
				'mounts',
				['LABEL=data on /srv/d ata'],
				[
					'UUID=5 on /data: the image has no folder /data',
					'/dev/mapper/vg-lv on /srv/volume: it needs volumes (LVM, LUKS, MD) that slipway does not set up',
					'nas:/share on /srv/nas: the image has no /usr/sbin/mount.nfs',
					'/srv/a on /srv/b: it is a folder mounted elsewhere',
					'/var of the system before: its content is not that of the image',
				],
			],
		],
	);
	assert.equal(
		states.flatMap(({answers}) => answers.fstab ?? []),
		['LABEL=data /var/srv/d\\040ata xfs noatime,nofail 0 2'],
	);
	assert.equal(
		states.flatMap(({answers}) => answers.mounts ?? []),
		[{source: 'home/me', target: 'var/home/me'}],
	);
});

test('becomes files of the new system', async () => {
	using old = new OldTree(oldDebian);
	const answers = withCarried(noAnswers, await readCarriedState(old.source(image)));
	const {entries, problems} = planned(answers, image);
	assert.equal(problems, []);
	assert.is(entries['/etc/hostname'], '644 0:0 kestrel\n');
	assert.is(entries['/etc/machine-id'], `444 0:0 ${id}\n`);
	assert.is(entries['/etc/ssh/ssh_host_ed25519_key'], '600 0:0 private');
	assert.is(entries['/etc/ssh/ssh_host_ed25519_key.pub'], '644 0:0 public');
	assert.match(entries['/etc/systemd/network/10-lan.network'] ?? '', 'DHCP=yes');
	assert.is(entries['/var/roothome/.ssh/authorized_keys'], `600 0:0 ${sshKey}\n`);
	assert.match(entries['/etc/passwd'] ?? '', 'me:x:1000:1000:Me,,,:/home/me:/bin/bash\n');
	assert.match(entries['/etc/passwd'] ?? '', 'you:x:1001:1001::/home/you:/bin/bash\n');
	assert.match(entries['/etc/shadow'] ?? '', `me:${hash}:`);
	assert.match(entries['/etc/shadow'] ?? '', 'you:!:');
	assert.match(entries['/etc/group'] ?? '', 'sudo:x:27:me\n');
	assert.match(entries['/etc/group'] ?? '', 'work:x:1500:me,you\n');
});

const noLimits = {
	changed: 1,
	least: undefined,
	most: undefined,
	warning: undefined,
	inactive: undefined,
	expires: undefined,
};

test('gives way to what is said for the new system', async () => {
	using old = new OldTree(oldDebian);
	const given = {
		...noAnswers,
		system: {...noAnswers.system, hostname: 'osprey'},
		users: [user({name: 'new'}), user({name: 'me', sshKeys: [sshKey], groups: ['work', 'audio']})],
	};
	const answers = withCarried(given, await readCarriedState(old.source(image)));
	assert.is(answers.system.hostname, 'osprey');
	assert.equal(
		answers.users.map(({name}) => name),
		['new', 'me', 'you'],
	);
	const {passwordHash, ...me} = answers.users[1] ?? {};
	assert.is(passwordHash?.reveal(), hash);
	assert.equal(me, {
		name: 'me',
		gecos: 'Me,,,',
		uid: 1000,
		gid: 1000,
		groups: ['sudo', 'work', 'audio'],
		shell: '/bin/bash',
		home: '/home/me',
		sudo: 'none',
		sshKeys: [sshKey],
		aging: noLimits,
	});
});

test('brings keys of users along whose homes stay behind', async () => {
	using old = new OldTree(oldDebian);
	const kinds = new Set<CarriedKind>(['users']);
	const states = await readCarriedState(old.source(image, {kinds}));
	const users = states.find(({kind}) => kind === 'users');
	assert.equal(users?.taken, ['me (1000), 1 SSH key', 'you (1001)']);
	assert.equal(
		users?.answers.users?.map(({sshKeys}) => sshKeys),
		[[sshKey], []],
	);
});

test('lets logins hold as long as they did', async () => {
	using old = new OldTree({
		'etc/passwd': oldDebian['etc/passwd'] ?? '',
		'etc/shells': oldDebian['etc/shells'] ?? '',
		'etc/shadow': `root:${hash}:20000:1:2:3:4:20100:\nme:${hash}:1:0:99999:7::1:\nyou:!:20000::::::\n`,
	});
	const states = await readCarriedState(old.source(image));
	const {entries} = planned(withCarried(noAnswers, states), image);
	assert.is(
		entries['/etc/shadow'],
		[
			`640 0:42 root:${hash}:20000:1:2:3:4:20100:`,
			'sync:*:20000:0:99999:7:::',
			`me:${hash}:1:0:99999:7::1:`,
			'you:!:20000::::::',
			'',
		].join('\n'),
	);
	const passwordHash = new Secret(hash);
	const given = {
		...noAnswers,
		root: {passwordHash, sshKeys: []},
		users: [user({name: 'me', passwordHash})],
	};
	const changed = planned(withCarried(given, states), image).entries['/etc/shadow'] ?? '';
	assert.match(changed, `root:${hash}:20783:1:2:3:4:20100:\n`);
	assert.match(changed, `me:${hash}:20783:0:99999:7::1:\n`);
});

test('has the rights of users, where the image has what gives them', async () => {
	using old = new OldTree({
		...oldDebian,
		'usr/bin/sudo': '',
		'etc/sudoers': '%sudo ALL=(ALL:ALL) ALL\nyou ALL=(ALL) NOPASSWD: ALL\n',
		'srv/you/.ssh/authorized_keys': `${sshKey}\n`,
	});
	const usersIn = async (made: MadeImage) =>
		(await readCarriedState(old.source(made))).find(({kind}) => kind === 'users');
	const levels = (state: Awaited<ReturnType<typeof usersIn>>) =>
		state?.answers.users?.map(({sudo}) => sudo);
	const able = await usersIn({...image, '/usr/bin/sudo': 'x'});
	assert.equal(levels(able), ['password', 'nopasswd']);
	assert.equal(able?.answers.waysToRoot, ['me by sudo', 'you by sudo']);
	const unable = await usersIn(image);
	assert.equal(levels(unable), ['none', 'none']);
	assert.equal(
		unable?.left.filter((reason) => reason.includes('sudo')),
		['me', 'you'].map((name) => `${name} may no longer use sudo: the image has none`),
	);
});

test('gives nobody the rights of a group of the same number', async () => {
	using old = new OldTree({
		'etc/passwd': 'me:x:1000:4::/:/bin/bash\nyou:x:1001:27::/:/bin/bash\nit:x:1002:7::/:\n',
		'etc/group': 'adm:x:4:\nshadow:x:27:\n',
	});
	const groups = `${debian['/etc/group']}wheel:x:4:\n`;
	const users = (await readCarriedState(old.source({...debian, '/etc/group': groups}))).find(
		({kind}) => kind === 'users',
	);
	assert.equal(
		users?.answers.users?.map(({name, gid}) => [name, gid]),
		[
			['me', undefined],
			['you', 42],
			['it', undefined],
		],
	);
	assert.equal(users?.left, [
		'me has a group of the same name, and no longer adm: the image has no such group',
		'it has a group of the same name, and no longer 7: the image has no such group',
	]);
});

test('is not there in a system that has nothing', async () => {
	using old = new OldTree({});
	for (const {taken, left} of await readCarriedState(old.source(image)))
		assert.equal([taken, left], [[], []]);
});

test('is told when the image has no use for it', async () => {
	using old = new OldTree({
		...oldDebian,
		'etc/NetworkManager/system-connections/home.nmconnection': '[connection]\n',
		'etc/netplan/50-cloud-init.yaml': 'network: {}\n',
		'etc/network/interfaces': 'auto eth0\niface eth0 inet dhcp\n',
	});
	const [, , network, hostKeys] = await readCarriedState(old.source(debian));
	assert.equal(network?.taken, ['net.ifnames=0']);
	assert.equal(network?.left, [
		'home.nmconnection: a connection of NetworkManager, which the image does not use',
		'10-lan.network: settings of systemd-networkd, which the image does not use',
		'10-lan.network.d/dns.conf: settings of systemd-networkd, which the image does not use',
		'eth0: the image has neither NetworkManager nor systemd-networkd enabled',
		'50-cloud-init.yaml: settings of netplan, which slipway does not read',
	]);
	assert.equal(hostKeys?.left, ['the image has no sshd']);
});

test('has values that are none', async () => {
	using old = new OldTree({
		'etc/hostname': 'no such_name\n',
		'etc/machine-id': 'uninitialized\n',
		'home/': '',
	});
	const states = await readCarriedState(old.source(image));
	assert.equal(
		states.flatMap(({left}) => left),
		['"no such_name" is no host name'],
	);
});

test('is chosen by its kinds', () => {
	assert.equal([...chosenKinds(['users,homes'], [])], ['users', 'homes']);
	assert.equal(
		[...chosenKinds([], ['network', 'mounts,machine-id'])],
		['hostname', 'ssh-host-keys', 'root-login', 'users', 'homes'],
	);
	assert.throws(() => chosenKinds([], ['user']), /--skip cannot be "user"/);
});

test.run();
