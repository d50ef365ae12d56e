/** Where a repository is served from, and how to talk to it. */
export interface RegistryEndpoint {
	/** Host and port as references have them: `registry.example.com:5000`, `docker.io`. */
	readonly host: string;
	/** Path below it, without tag: `ns/myos`. */
	readonly repository: string;
	/** Certificates are not checked, and http is taken where there is no https. */
	readonly insecure: boolean;
	readonly credentials: RegistryCredentials | undefined;
	readonly tls: RegistryTls;
}
export type RegistryCredentials =
	| {readonly kind: 'password'; readonly username: string; readonly password: string}
	| {readonly kind: 'identity-token'; readonly token: string};
export interface RegistryTls {
	/** Further CA certificates, PEM; those of the system hold too. */
	readonly ca: readonly string[];
	readonly client?: {readonly certificate: string; readonly key: string};
}
