import type {ImageRoot} from '../image-root.ts';
import type {Check, Problem} from '../lint.ts';

export const machineId: Check = {
	name: 'machine-id',
	severity: 'error',
	reason: 'Every machine of this image would have the same identity: DHCP leases, journals, keys.',
	fix: 'Empty it at the end of the build: RUN : > /etc/machine-id',
	async find(root) {
		const problems: Problem[] = [];
		for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
			if ((await root.facts(path))?.type !== 'file') continue;
			const id = (await root.text(path))?.trim();
			if (id !== '' && id !== 'uninitialized') problems.push(`${path} holds an identity: ${id}`);
		}
		return problems;
	},
};

export const sshHostKeys: Check = {
	name: 'ssh-host-keys',
	severity: 'error',
	reason: 'Who has the image has the private keys, and can pass for each of its machines.',
	fix: 'Remove them: RUN rm -f /etc/ssh/ssh_host_*. Every machine makes its own at its first boot.',
	async find(root) {
		const keys = (await root.list('/etc/ssh')).filter((name) => /^ssh_host_.*_key$/.test(name));
		return keys.map((name) => `the image holds a private key: /etc/ssh/${name}`);
	},
};

/** What programs make on a machine for that machine alone. An installer that ran in the build made it too early. */
const machineFiles: Readonly<Record<string, string>> = {
	'/var/lib/systemd/credential.secret': 'the key of credentials that systemd encrypts',
	'/var/lib/systemd/random-seed': 'the seed of random numbers',
	'/var/lib/NetworkManager/secret_key': 'the key that addresses are made of',
	'/etc/nvme/hostid': 'the ID by which storage knows the machine',
	'/etc/nvme/hostnqn': 'the name by which storage knows the machine',
};

export const machineFilesCheck: Check = {
	name: 'machine-files',
	severity: 'warning',
	reason: 'Every machine of this image would have the same, and who has the image has it too.',
	fix: 'Remove them at the end of the build, as /usr/lib/slipway/setup does. Every machine makes its own.',
	async find(root) {
		const problems: Problem[] = [];
		for (const [path, what] of Object.entries(machineFiles))
			if ((await root.facts(path))?.type === 'file') problems.push(`${path} is ${what}`);
		return problems;
	},
};

export const osRelease: Check = {
	name: 'os-release',
	severity: 'error',
	reason: 'Boot menu and status name the system by it, and systemd asks for it.',
	fix: 'Install the package base-files (Debian), or ship /usr/lib/os-release.',
	async find(root) {
		const text = (await root.text('/etc/os-release')) ?? (await root.text('/usr/lib/os-release'));
		if (text === undefined) return ['there is neither /etc/os-release nor /usr/lib/os-release'];
		return ['ID', 'PRETTY_NAME']
			.filter((key) => !new RegExp(`^${key}=.`, 'm').test(text))
			.map((key): Problem => ({severity: 'warning', message: `os-release has no ${key}`}));
	},
};

/** What a container engine mounts its own file over, in every container. */
const hostFiles: Readonly<Record<string, string>> = {
	'/etc/hostname': 'every machine has this name',
	'/etc/hosts': 'every machine has these names',
	'/etc/resolv.conf': 'every machine asks these name servers',
};

export const hostFilesCheck: Check = {
	name: 'host-files',
	severity: 'note',
	reason:
		'The container engine mounts its own file there: an install without privileges cannot see what the image has, and builds often leave something of the build host.',
	fix: 'Empty the file, make it a link (/etc/resolv.conf to ../run/systemd/resolve/stub-resolv.conf), or keep it if it is meant.',
	async find(root) {
		const problems: Problem[] = [];
		for (const [path, consequence] of Object.entries(hostFiles)) {
			if (root.isCovered(path) || !(await hasContent(root, path))) continue;
			problems.push(`${path} has content: ${consequence}`);
		}
		return problems;
	},
};

/** Anything but comments, blank lines and the names of the machine itself. */
async function hasContent(root: ImageRoot, path: string): Promise<boolean> {
	if ((await root.facts(path))?.type !== 'file') return false;
	const lines = ((await root.text(path)) ?? '').split('\n');
	const isOfAnyMachine = /^\s*(#.*)?$|^\s*(127\.0\.0\.1|::1|ff02::\d|fe00::\d)\s/;
	return lines.some((line) => !isOfAnyMachine.test(line));
}

export const program: Check = {
	name: 'slipway',
	severity: 'error',
	reason: 'The image installs itself and updates the machine with the slipway it carries.',
	fix: 'Copy it in, and run its setup: COPY --from=SLIPWAY-PAYLOAD / / and RUN /usr/lib/slipway/setup',
	async find(root) {
		const path = '/usr/lib/slipway/slipway';
		const facts = await root.followed(path);
		if (facts?.type !== 'file') return [`there is no ${path}`];
		return facts.mode & 0o111 ? [] : [`${path} is not executable`];
	},
};
